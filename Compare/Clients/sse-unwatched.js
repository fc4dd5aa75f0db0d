// A room over Server-Sent Events, the short way: EventSource comes back and resumes by itself when its connection is
// closed. One that died silently goes unnoticed, and one that was refused is given up.
export function follow(room, show) {
  const source = new EventSource(`${room}/connect`)
  let running = false
  source.addEventListener("remaining-time", event => show({ remaining: Number(event.data), running }))
  source.addEventListener("timer", event => {
    running = event.data === "start" || event.data === "running" || (event.data === "update" && running)
    show({ running })
  })
  source.addEventListener("close", event => { if (event.data === "OK") source.close() })
  source.onerror = () => show({ offline: source.readyState !== EventSource.OPEN })
  source.onopen = () => { running = false; show({ offline: false }) }
  const command = async name => {
    const response = await fetch(`${room}/timer/${name}`, { method: "PATCH" })
    if (!response.ok) throw new Error((await response.json()).code)
  }
  return { start: () => command("start"), pause: () => command("pause") }
}
