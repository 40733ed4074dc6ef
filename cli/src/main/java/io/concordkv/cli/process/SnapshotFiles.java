package io.concordkv.cli.process;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.cli.config.ConfigException;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.cli.config.Settings;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.NodeConfig;
import io.concordkv.node.Restoration;
import io.concordkv.storage.engine.lsm.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `concord snapshot verify` and `concord snapshot restore`: what is done with the directory of a
/// snapshot, without a server.
public final class SnapshotFiles {
  private static final String USAGE =
      """
      Usage: concord snapshot verify DIR
             concord snapshot restore DIR --data-dir=NEW [--name=... --initial-cluster=...
               --initial-cluster-token=... --initial-advertise-peer-urls=...]

      DIR is a directory that concord snapshot save has made, or a copy of it. One with a base needs that
      beside it, under its name.

      verify reads every file and compares it with what was saved.

      restore makes NEW the data directory of a founder of a NEW cluster that begins with what the snapshot
      has. Do it once for every founder, each with its --name and the same --initial-cluster and
      --initial-cluster-token, and start them with the same settings and --initial-cluster-state new. The
      token must be another one than the old cluster's where the peer URLs are the same.
      """;

  private SnapshotFiles() {}

  /// Whether these words behind `snapshot` are for this class, and not for a server.
  public static boolean knows(List<String> words) {
    return !words.isEmpty()
        && (words.getFirst().equals("verify") || words.getFirst().equals("restore"));
  }

  public static int run(List<String> words) {
    if (words.contains("--help") || words.contains("-h")) {
      System.out.print(USAGE);
      return ExitCode.OK.number();
    }
    try {
      if (words.size() < 2 || words.get(1).startsWith("-")) {
        throw bad("say which snapshot: concord snapshot " + words.getFirst() + " DIR");
      }
      var snapshot = Path.of(words.get(1)).toAbsolutePath().normalize();
      if (!Files.isDirectory(snapshot)) {
        throw bad("there is no directory " + snapshot);
      }
      var flags = words.subList(2, words.size());
      if (words.getFirst().equals("restore")) {
        restore(snapshot, flags);
      } else if (flags.isEmpty()) {
        verify(snapshot);
      } else {
        throw bad("verify takes one directory and nothing else");
      }
      return ExitCode.OK.number();
    } catch (CommandFailure e) {
      System.err.println("Error: " + e.getMessage());
      System.err.println("Run 'concord snapshot restore --help' for what there is.");
      return e.exit().number();
    } catch (CorruptionError damaged) {
      System.err.println("Error: " + damaged.getMessage());
      return ExitCode.INVALID_INPUT.number();
    } catch (ConcordException | ConfigException | FileException e) {
      System.err.println("Error: " + e.getMessage());
      return ExitCode.ERROR.number();
    }
  }

  private static void verify(Path snapshot) {
    var checkpoint =
        OnLoop.<Checkpoint>await(
            root(snapshot),
            "verify",
            (env, then) -> then.accept(Checkpoint.verify(env.files(), within(snapshot))));
    System.out.println(
        "%s is whole: log entry %d, %d files, %s"
            .formatted(
                snapshot,
                checkpoint.mark(),
                checkpoint.tables().size(),
                checkpoint.base().isEmpty()
                    ? "all of them here"
                    : "some of them in " + snapshot.resolveSibling(checkpoint.base())));
  }

  private static void restore(Path snapshot, List<String> flags) {
    var settings = Settings.of(flags, Map.of(), List.of());
    var options = ServerOptions.of(settings, "");
    if (options.dataDir().isEmpty()) {
      throw bad("--data-dir is missing: where the new member's data is to lie");
    }
    var target = Path.of(options.dataDir()).toAbsolutePath().normalize();
    refuseUsed(target);
    OnLoop.<Boolean>await(
        root(target),
        "restore",
        (env, then) -> {
          copy(env.files(), snapshot, target);
          then.accept(true);
        });
    var bootstrap =
        new Bootstrap(
            options.name(), options.token(), new TreeMap<>(options.initialCluster()), List.of());
    var done =
        OnLoop.<Restoration.Done>await(
            target,
            "restore",
            (env, then) -> Restoration.run(env, NodeConfig.DEFAULT, bootstrap, then));
    System.out.println(
        "%s is the directory of member %x of the new cluster %x, from log entry %d on."
            .formatted(target, done.member(), done.cluster(), done.index()));
  }

  private static void copy(FileSystem files, Path snapshot, Path target) {
    Checkpoint.verify(files, within(snapshot));
    Checkpoint.restore(files, within(snapshot), within(target.resolve("state")));
  }

  private static void refuseUsed(Path target) {
    if (!Files.exists(target)) {
      return;
    }
    try (var entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw bad(
            target + " is not empty: restore into a new directory, or remove what is left there");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into " + target, e);
    }
  }

  /// Both directories are seen from the root, since files are shared between them.
  private static Path root(Path path) {
    return path.getRoot();
  }

  private static String within(Path path) {
    return path.getRoot().relativize(path).toString();
  }

  private static CommandFailure bad(String why) {
    return new CommandFailure(ExitCode.BAD_ARGUMENTS, why);
  }
}
