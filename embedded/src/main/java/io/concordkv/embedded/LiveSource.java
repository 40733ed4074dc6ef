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

  @Override
  public void checkpoint() {
    Boolean _ =
        calls.ask(
            env.loop(),
            answer ->
                store.checkpointOfLogged(
                    () -> answer.complete(true), answer::completeExceptionally));
  }

  @Override
  public Optional<String> archive() {
    return calls.ask(env.loop(), answer -> store.history().archiveAll(answer::complete));
  }
}
