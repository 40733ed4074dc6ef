package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import java.util.Optional;

/// A store that is open, as the thread that makes a backup of it sees it.
record LiveSource(Env env, Calls calls, Store store, Published.Newest newest)
    implements BackupRun.Source {
  @Override
  public long published() {
    var content = newest.take();
    content.release();
    return content.sequence;
  }

  /// All that is in it is in the log, too: no number in it is given again.
  @Override
  public void checkpoint() {
    Boolean _ =
        calls.ask(
            env.loop(),
            answer ->
                store.checkpoint(
                    () -> store.flush(() -> answer.complete(true)), answer::completeExceptionally));
  }

  @Override
  public Optional<String> archive() {
    return calls.ask(env.loop(), answer -> store.history().archiveAll(answer::complete));
  }
}
