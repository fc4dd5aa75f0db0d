/// What stands before the payload of a client's frame (RFC 6455, section 5.2).
struct FrameHeader: Equatable {
    let opcode: Opcode
    /// Whether this is the last, or only, frame of its message.
    let isFinal: Bool
    /// RSV1, which stands on the first frame of a compressed message (RFC 7692, section 6).
    let isCompressed: Bool
    /// Bytes of the payload.
    let length: Int
    let mask: MaskingKey
}
