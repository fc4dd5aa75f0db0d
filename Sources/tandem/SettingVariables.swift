/// The settings in the environment: `TANDEM_` and the name in capitals.
struct SettingVariables {
    private(set) var values: [SettingValue] = []
    /// What whoever set the variables should know.
    private(set) var notices: [String] = []

    init(_ environment: [String: String]) {
        let settings = Dictionary(uniqueKeysWithValues: (Setting.all + [Setting.config]).map { ($0.variable, $0) })
        var links: [String] = []
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Setting.variablePrefix) && !text.isEmpty {
            if Self.isServiceLink(name, text) {
                links.append(name)
            } else if let setting = settings[name] {
                values.append(SettingValue(setting: setting, text: text, origin: .variable))
            } else {
                notices.append(NearestName.notice(of: name, among: Array(settings.keys), as: "a variable of Tandem"))
            }
        }
        if let first = links.first {
            let subject = links.count == 1 ? "\(first) comes" : "\(first) and \(links.count - 1) more come"
            notices.append(
                """
                \(subject) from Kubernetes, which describes a service named tandem to every pod, and is ignored. To \
                avoid them, set enableServiceLinks: false in the pod or give the service another name
                """
            )
        }
    }

    /// Kubernetes gives each container such variables for each service: `TANDEM_PORT=tcp://10.0.0.1:8080`,
    /// `TANDEM_SERVICE_HOST`, `TANDEM_PORT_8080_TCP_ADDR`, and so for services whose names begin with `tandem-`.
    private static func isServiceLink(_ name: String, _ text: String) -> Bool {
        if name.wholeMatch(of: /.+_SERVICE_(HOST|PORT(_.+)?)/) != nil { return true }
        if name.wholeMatch(of: /.+_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?/) != nil { return true }
        return name.hasSuffix("_PORT") && text.prefixMatch(of: /(tcp|udp|sctp):\/\//) != nil
    }
}
