package io.concordkv.bench.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;

/// Directories for targets, all below one.
final class Folders implements AutoCloseable {
  private final Path root;
  private int number;

  /// Below `parent`, or where temporary files lie if it is empty.
  Folders(String parent) {
    try {
      root =
          parent.isEmpty()
              ? Files.createTempDirectory("concord-engines")
              : Files.createTempDirectory(
                  Files.createDirectories(Path.of(parent)), "concord-engines");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  Path root() {
    return root;
  }

  /// A new, empty one.
  Path fresh() {
    try {
      return Files.createDirectory(root.resolve(Integer.toString(number++)));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// Of all files below `directory`. A store in use may lose one meanwhile.
  long bytes(Path directory) {
    try (var paths = Files.walk(directory)) {
      long sum = 0;
      for (var path : paths.filter(Files::isRegularFile).toList()) {
        try {
          sum += Files.size(path);
        } catch (NoSuchFileException _) {
          // It no longer counts.
        }
      }
      return sum;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  void remove(Path directory) {
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    remove(root);
  }
}
