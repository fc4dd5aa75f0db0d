// A room over a WebSocket. To come back, to resume, to notice a dead connection and to match replies is the page's own.
export function follow(room, show) {
  const replies = new Map()
  let socket, lastId, alive, over = false, running = false, ref = 0, wait = 1000

  function open() {
    const resume = lastId ? `?lastEventId=${lastId}` : ""
    socket = new WebSocket(`${room.replace(/^http/, "ws")}/connect${resume}`, "tandem.v1.json")
    socket.onopen = () => { wait = 1000; show({ offline: false }) }
    socket.onmessage = message => receive(JSON.parse(message.data))
    socket.onclose = () => {
      clearTimeout(alive)
      for (const reply of replies.values()) reply.reject(new Error("offline"))
      replies.clear()
      if (over) return
      show({ offline: true })
      setTimeout(open, wait * (0.5 + Math.random()))
      wait = Math.min(wait * 2, 30000)
    }
    watch()
  }

  // The browser shows no pings; a server that is gone is noticed by an unanswered command only.
  function watch() {
    clearTimeout(alive)
    alive = setTimeout(() => {
      command("ping").catch(() => {})
      alive = setTimeout(() => socket.close(), 10000)
    }, 20000)
  }

  function receive(message) {
    watch()
    if (message.id) lastId = message.id
    switch (message.event) {
      case "remaining-time": return show({ remaining: Number(message.data), running })
      case "timer":
        running = ["start", "running"].includes(message.data) || (message.data === "update" && running)
        return show({ running })
      case "close": over = message.data === "OK"; return
      case "ack": replies.get(message.ref)?.resolve(); return replies.delete(message.ref)
      case "error": replies.get(message.ref)?.reject(new Error(message.code)); return replies.delete(message.ref)
    }
  }

  function command(name) {
    return new Promise((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return reject(new Error("offline"))
      replies.set(`${++ref}`, { resolve, reject })
      socket.send(JSON.stringify({ command: name, ref: `${ref}` }))
    })
  }

  open()
  return { start: () => command("start"), pause: () => command("pause") }
}
