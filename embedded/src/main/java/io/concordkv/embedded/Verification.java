package io.concordkv.embedded;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.WriteBatch;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What came of reading every byte of a store that nobody has open, or of an engine alone: its log,
/// and all files of the engine, by their checksums and by whether they make a whole. Nothing is
/// changed.
///
/// @param engine its name
/// @param mark the last commit that the engine has; -1 if damage hides it
/// @param commits how many the log has beyond that
/// @param findings what is damaged
public record Verification(String engine, long mark, long commits, Findings findings) {
  /// Checks what is in `directory`. One that is open is a [FileException] with
  /// [FileException.Kind#LOCKED].
  ///
  /// @param engine its name, where no file STORE says it
  /// @param progress is told the bytes read so far
  public static Verification of(Path directory, @Nullable String engine, LongConsumer progress) {
    var files = StoreLock.filesOf(directory);
    try (var _ = StoreLock.take(files)) {
      return of(files, engine, new Findings(progress));
    }
  }

  static Verification of(FileSystem files, @Nullable String engine, Findings findings) {
    var found = StoreFiles.find(files, engine, findings);
    long mark = found.engine().check(files, found.directory(), findings);
    var log = new Log(mark, findings);
    found.readLog(findings, log);
    return new Verification(found.engine().name(), mark, log.commits, findings);
  }

  /// Whether nothing is damaged.
  public boolean isWhole() {
    return findings.damageCount() == 0;
  }

  private static final class Log implements StoreFiles.Reader {
    private final Findings findings;
    private long last;
    private long commits;

    Log(long mark, Findings findings) {
      this.findings = findings;
      last = mark;
    }

    @Override
    public void commit(WriteBatch batch) {
      long number = batch.mark();
      if (last >= 0 && number > last + 1) {
        findings.damaged(
            "the log goes on with commit %d, but there is nothing between %d and that"
                .formatted(number, last));
      }
      commits += number > last ? 1 : 0;
      last = Math.max(last, number);
    }

    @Override
    public void damaged(CorruptionError damage) {
      findings.damaged(damage);
    }
  }
}
