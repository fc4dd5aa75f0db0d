import NIOCore
package import TandemCore

extension NIOCore.ByteBuffer {
    /// Writes `number` in decimal digits, without a string in between.
    package mutating func writeDecimal(_ number: Int64) {
        var rest = number.magnitude
        // The digits of a 64-bit number and its sign, from the right.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var index = digits.count
            repeat {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 {
                index -= 1
                digits[index] = UInt8(ascii: "-")
            }
            _ = writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[index...]))
        }
    }

    /// Writes the data of `event`, which for a tick is a number.
    package mutating func writeData(of event: RoomEvent) {
        if case .remainingTime(let remaining) = event.kind {
            writeDecimal(remaining.count)
        } else {
            writeString(event.data)
        }
    }

    /// Writes `id` as `revision-tick`.
    package mutating func write(_ id: EventID) {
        writeDecimal(Int64(id.revision))
        writeStaticString("-")
        writeDecimal(Int64(id.tick))
    }
}
