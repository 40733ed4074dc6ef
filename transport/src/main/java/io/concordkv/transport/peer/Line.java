package io.concordkv.transport.peer;

import io.concordkv.transport.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection that this node dialed, and on which it only sends.
public interface Line {
  /// Whether it takes more now. If not, [Events#writable] tells when.
  boolean writable();

  /// Sends frames that take `bytes` together; `gone` runs when they take no memory here any more,
  /// also if the connection breaks. Only after [Events#opened].
  void write(List<Frame> frames, int bytes, Runnable gone);

  /// After some writes.
  void flush();

  /// [Events#ended] comes all the same.
  void close();

  /// What becomes of it.
  interface Events {
    /// The peer has agreed: frames may be written.
    void opened();

    void writable();

    /// The peer does not agree, and the connection ends. Null: its answer was none.
    void refused(Handshake.@Nullable Answer why);

    /// The last word; it comes once.
    ///
    /// @param closedByPeer the peer's machine closed an open connection
    /// @param problem what a person should know; may be empty
    void ended(boolean closedByPeer, String problem);
  }
}
