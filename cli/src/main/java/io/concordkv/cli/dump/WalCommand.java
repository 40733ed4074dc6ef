package io.concordkv.cli.dump;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.print.Out;
import io.concordkv.storage.wal.WalPicture;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "wal",
    mixinStandardHelpOptions = true,
    description = {
      "Every record of the log, in order: hard states, starts, and each entry with its request",
      "and the revision it was given (0: none, null: not known any more)."
    })
final class WalCommand extends DumpCommand.Part {
  /// How often it is tried again when the node trimmed its log between two looks.
  private static final int TRIES = 5;

  @Parameters(
      paramLabel = "DIR|FILE",
      description = "a data directory, a wal directory or one segment")
  private Path path = Path.of("");

  @Option(
      names = "--committed",
      description = "only entries that are committed, none that were overwritten")
  private boolean committedOnly;

  WalCommand(Session session) {
    super(session);
  }

  @Override
  void run(Out out) {
    var where = LogPlace.of(path.toAbsolutePath().normalize());
    for (int tried = 1; ; tried++) {
      try (var state = state(where);
          var picture = where.picture()) {
        var survey = new LogSurvey();
        picture.read(survey);
        try (var revisions = new Revisions(where.data(), state, survey)) {
          if (!revisions.fits() && where.segment() == null && tried < TRIES) {
            continue;
          }
          if (revisions.needsAligner()) {
            var aligner = revisions.aligner();
            picture.read(survey.walk(aligner));
            aligner.align();
          }
          picture.read(survey.walk(new LogPrinter(out, rows(), revisions, committedOnly)));
        }
        out.flush();
        judge(picture);
        return;
      }
    }
  }

  private @Nullable StoredState state(LogPlace where) {
    try {
      return where.hasState() ? StoredState.open(where.data()) : null;
    } catch (CorruptionError | FileException unreadable) {
      note(
          "the state beside the log cannot be read, so revisions may be unknown: "
              + unreadable.getMessage());
      return null;
    }
  }

  private void judge(WalPicture picture) {
    var damage = picture.damage();
    if (damage != null) {
      throw damage;
    }
    var at = picture.file() + " at offset " + picture.offset();
    switch (picture.tail()) {
      case CLEAN -> {}
      case TORN ->
          note(
              "the group of records behind "
                  + at
                  + " is not whole: it is being written, or was when the node stopped; nobody was"
                  + " told of it");
      case LOST ->
          throw new CorruptionError(
              picture.file(),
              picture.offset(),
              "what was acknowledged behind it cannot be read, or the file \"acked\" is missing");
    }
  }
}
