package io.concordkv.sim.check;

import io.concordkv.base.Check;

/// One call of one client to one key, and what came of it.
///
/// @param invoked when it was asked for, on any scale that all calls share
/// @param returned when the answer came; [#NEVER] if none did
public record Call(
    int client, String key, Action action, Outcome outcome, long invoked, long returned) {
  public static final long ABSENT = 0;
  public static final long NEVER = Long.MAX_VALUE;

  public Call {
    Check.that(invoked <= returned, "a call is answered after it was made");
    Check.that(
        outcome instanceof Outcome.Unknown == (returned == NEVER),
        "a call has an outcome if it returned, and only then");
  }

  public boolean unknown() {
    return returned == NEVER;
  }

  @Override
  public String toString() {
    return "[%d..%s] client %d: %s %s -> %s"
        .formatted(invoked, unknown() ? "" : returned, client, key, action, outcome);
  }
}
