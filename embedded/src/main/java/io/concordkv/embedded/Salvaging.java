package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.WriteBatch;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A new store in the making: the pairs that an engine's files still have, and on top of them the
/// commits of the log. It is a store once its file STORE is written, which comes last.
final class Salvaging implements StoreFiles.Reader {
  private final StoreFiles source;
  private final Env env;
  private final Salvage.Order order;
  private final Findings findings;
  private final Consumer<Salvage> done;
  private final String directory;
  private @Nullable Engine engine;
  private @Nullable Bytes last;
  private long pairs;
  private long commits;
  private long skipped;

  /// The last commit that is there; -1 if it cannot be told.
  private long mark;

  private boolean stopped;

  /// The log is damaged, and nothing has followed yet.
  private boolean open;

  Salvaging(
      StoreFiles source, Env env, Salvage.Order order, Findings findings, Consumer<Salvage> done) {
    this.source = source;
    this.env = env;
    this.order = order;
    this.findings = findings;
    this.done = done;
    directory = source.hasLog() ? Store.ENGINE : ".";
  }

  /// Blocks the loop, where nobody else is.
  void begin(Map<String, String> settings) {
    env.files().createDirectories(directory);
    var made = Engines.installed().open(env, source.engine().name(), directory, settings);
    engine = made;
    var replacement = made.replacement();
    mark =
        source
            .engine()
            .rescue(
                source.files(),
                source.directory(),
                findings,
                (key, value) -> add(replacement, key, value));
    replacement.seal();
    made.replaceWith(replacement, Math.max(0, mark), this::replay);
  }

  private void add(Replacement replacement, Bytes key, Bytes value) {
    if (last != null && last.compareTo(key) >= 0) {
      findings.damaged("the key '" + key + "' comes behind '" + last + "': it is left out");
      return;
    }
    last = key;
    replacement.add(key, value);
    pairs++;
  }

  private void replay() {
    source.readLog(findings, this);
    if (skipped > 0) {
      findings.note(
          skipped
              + " commits of the log are left out, since others before them are lost; they come in"
              + " if it is read past the damage");
    }
    if (open) {
      findings.note(
          "the log is damaged behind commit "
              + Math.max(0, mark)
              + ", where later ones may be lost");
    }
    if (source.engine().durable()) {
      engine().sync();
      end();
    } else {
      engine().checkpoint(directory, this::end);
    }
  }

  @Override
  public void commit(WriteBatch batch) {
    long number = batch.mark();
    open = false;
    if (number <= mark) {
      return;
    }
    if (mark >= 0 && number > mark + 1 && !stopped) {
      findings.damaged(
          "the commits from %d to %d are lost: the log goes on with %d"
              .formatted(mark + 1, number - 1, number));
      stopped = !order.pastDamage();
    }
    if (stopped) {
      skipped++;
      return;
    }
    if (engine().stalled()) {
      engine().sync();
    }
    engine().write(batch);
    mark = number;
    commits++;
  }

  @Override
  public void damaged(CorruptionError damage) {
    findings.damaged(damage);
    open = true;
  }

  private void end() {
    if (source.hasLog()) {
      StoreFile.ensure(env, "", source.engine().name());
    }
    engine().close();
    done.accept(
        new Salvage(source.engine().name(), pairs, commits, skipped, Math.max(0, mark), findings));
  }

  private Engine engine() {
    return Objects.requireNonNull(engine);
  }
}
