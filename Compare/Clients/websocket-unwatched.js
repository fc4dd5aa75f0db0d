// A room over a WebSocket, the short way: it does not come back, and a connection that died silently goes unnoticed.
export function follow(room, show) {
  const socket = new WebSocket(`${room.replace(/^http/, "ws")}/connect`, "tandem.v1.json")
  const replies = new Map()
  let running = false, ref = 0
  socket.onopen = () => show({ offline: false })
  socket.onclose = () => show({ offline: true })
  socket.onmessage = text => {
    const message = JSON.parse(text.data)
    switch (message.event) {
      case "remaining-time": return show({ remaining: Number(message.data), running })
      case "timer":
        running = ["start", "running"].includes(message.data) || (message.data === "update" && running)
        return show({ running })
      case "ack": replies.get(message.ref)?.resolve(); return replies.delete(message.ref)
      case "error": replies.get(message.ref)?.reject(new Error(message.code)); return replies.delete(message.ref)
    }
  }
  const command = name => new Promise((resolve, reject) => {
    replies.set(`${++ref}`, { resolve, reject })
    socket.send(JSON.stringify({ command: name, ref: `${ref}` }))
  })
  return { start: () => command("start"), pause: () => command("pause") }
}
