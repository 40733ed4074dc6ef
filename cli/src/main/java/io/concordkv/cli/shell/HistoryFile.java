package io.concordkv.cli.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// Where the lines of earlier sessions are: readable by their owner only, since they hold values.
final class HistoryFile {
  private HistoryFile() {}

  static Path path(Map<String, String> environment) {
    var home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    var state = environment.get("XDG_STATE_HOME");
    var directory =
        (state == null || state.isEmpty() ? Path.of(home, ".local", "state") : Path.of(state))
            .resolve("concord");
    var file = directory.resolve("history");
    try {
      Files.createDirectories(directory);
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the history in " + file, e);
    }
    return file;
  }
}
