package io.concordkv.cli.engine;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.StoppedException;
import java.util.function.Supplier;

/// What fails in a store, or in its backups, as a person is told it.
final class Told {
  private Told() {}

  static <T> T of(Supplier<T> work) {
    try {
      return work.get();
    } catch (FileException | StoppedException failed) {
      throw new CommandFailure(ExitCode.IO, String.valueOf(failed.getMessage()));
    } catch (CorruptionError damaged) {
      throw new CommandFailure(ExitCode.INVALID_INPUT, String.valueOf(damaged.getMessage()));
    }
  }
}
