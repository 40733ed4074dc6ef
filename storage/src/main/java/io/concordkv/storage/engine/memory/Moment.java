package io.concordkv.storage.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// When something was frozen. Whoever reads it says when it is over; the loop takes note of that
/// when it next writes.
public final class Moment {
  private static final VarHandle OVER;

  static {
    try {
      OVER = MethodHandles.lookup().findVarHandle(Moment.class, "over", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final long number;

  @SuppressWarnings("unused") // through its handle
  private boolean over;

  Moment(long number) {
    this.number = number;
  }

  public long number() {
    return number;
  }

  /// With release, since the reader may be another thread: when the loop sees it, with acquire, all
  /// reads have happened, and it may use again what was read.
  void end() {
    OVER.setRelease(this, true);
  }

  boolean isOver() {
    return (boolean) OVER.getAcquire(this);
  }
}
