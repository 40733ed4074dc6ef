package io.concordkv.embedded;

import org.jspecify.annotations.Nullable;

/// The store takes no more calls: it is closed, or it has failed, which the cause tells. Whether a
/// write that ended like this is there after the next opening is not known.
public final class StoppedException extends RuntimeException {
  StoppedException(String why, @Nullable Throwable cause) {
    super(why, cause);
  }

  static StoppedException closed() {
    return new StoppedException("the store is closed", null);
  }

  static StoppedException failed(Throwable cause) {
    return new StoppedException(
        "the store has stopped and writes nothing more, since it can no longer be sure of what is on"
            + " its disk: "
            + cause.getMessage()
            + ". Close it, remove the cause and open it again: all that was acknowledged as durable"
            + " is there",
        cause);
  }
}
