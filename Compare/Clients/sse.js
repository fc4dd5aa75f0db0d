// A room over Server-Sent Events. EventSource resumes by itself, but does not notice a connection that died silently,
// and gives up one that was refused: this client watches, and comes back itself.
export function follow(room, show) {
  let source, lastId, alive, heartbeat = 15000, running = false, wait = 1000

  function open() {
    const resume = lastId ? `?lastEventId=${lastId}` : ""
    source = new EventSource(`${room}/connect${resume}`)
    source.onerror = lost
    // Every event is a sign of life, so every name has to be known.
    for (const name of ["connect", "remaining-time", "timer", "turn", "by", "presence", "heartbeat", "close"]) {
      source.addEventListener(name, event => { watch(2 * heartbeat + 5000); receive(event) })
    }
    watch(10000)
  }

  function watch(time) {
    clearTimeout(alive)
    alive = setTimeout(lost, time)
  }

  function end() {
    clearTimeout(alive)
    source.close()
  }

  function lost() {
    end()
    show({ offline: true })
    setTimeout(open, wait * (0.5 + Math.random()))
    wait = Math.min(wait * 2, 30000)
  }

  function receive({ type, data, lastEventId }) {
    if (lastEventId) lastId = lastEventId
    switch (type) {
      case "connect": wait = 1000; running = false; return show({ offline: false })
      case "remaining-time": return show({ remaining: Number(data), running })
      case "timer":
        running = ["start", "running"].includes(data) || (data === "update" && running)
        return show({ running })
      case "heartbeat": heartbeat = Number(data); return watch(2 * heartbeat + 5000)
      case "close": return ["OK", "deleted"].includes(data) ? end() : lost()
    }
  }

  // Sent once: if the answer is lost, the room's state tells whether the command arrived.
  async function command(name) {
    const request = { method: "PATCH", signal: AbortSignal.timeout(10000) }
    const response = await fetch(`${room}/timer/${name}`, request).catch(() => { throw new Error("unanswered") })
    if (!response.ok) throw new Error((await response.json()).code)
  }

  open()
  return { start: () => command("start"), pause: () => command("pause") }
}
