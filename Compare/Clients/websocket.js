// A room over a WebSocket. To come back, to resume, to notice a dead connection and to match replies is the page's own.
export function follow(room, show) {
  const replies = new Map()
  let socket, lastId, alive, heartbeat = 15000, over = false, running = false, ref = 0, wait = 1000

  function open() {
    const resume = lastId ? `?lastEventId=${lastId}` : ""
    socket = new WebSocket(`${room.replace(/^http/, "ws")}/connect${resume}`, "tandem.v1.json")
    socket.onclose = lost
    socket.onmessage = text => { watch(2 * heartbeat + 5000); receive(JSON.parse(text.data)) }
    watch(10000)
  }

  // The browser shows no pings, but every message is a sign of life.
  function watch(time) {
    clearTimeout(alive)
    alive = setTimeout(lost, time)
  }

  // Does not wait for onclose: over a dead connection it comes a minute later.
  function lost() {
    clearTimeout(alive)
    socket.onclose = socket.onmessage = null
    socket.close()
    for (const reply of replies.values()) reply.reject(new Error("unanswered"))
    replies.clear()
    if (over) return
    show({ offline: true })
    setTimeout(open, wait * (0.5 + Math.random()))
    wait = Math.min(wait * 2, 30000)
  }

  function receive({ event, id, data, ref, code }) {
    if (id) lastId = id
    switch (event) {
      case "connect": wait = 1000; running = false; return show({ offline: false })
      case "remaining-time": return show({ remaining: Number(data), running })
      case "timer":
        running = ["start", "running"].includes(data) || (data === "update" && running)
        return show({ running })
      case "heartbeat": heartbeat = Number(data); return watch(2 * heartbeat + 5000)
      case "close": over = ["OK", "deleted"].includes(data); return
      case "ack": replies.get(ref)?.resolve(); return replies.delete(ref)
      case "error": replies.get(ref)?.reject(new Error(code)); return replies.delete(ref)
    }
  }

  // Sent once: if the answer is lost, the room's state tells whether the command arrived.
  function command(name) {
    return new Promise((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return reject(new Error("offline"))
      const key = `${++ref}`
      replies.set(key, { resolve, reject })
      setTimeout(() => replies.has(key) && lost(), 10000)
      socket.send(JSON.stringify({ command: name, ref: key }))
    })
  }

  open()
  return { start: () => command("start"), pause: () => command("pause") }
}
