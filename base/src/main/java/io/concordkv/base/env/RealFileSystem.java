package io.concordkv.base.env;

import io.concordkv.base.Check;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Files of the platform below one directory.
final class RealFileSystem implements FileSystem {
  private final Path root;

  private RealFileSystem(Path root) {
    this.root = root;
  }

  static RealFileSystem at(Path directory) {
    return new RealFileSystem(directory.toAbsolutePath().normalize());
  }

  static RealFileSystem under(Path directory) {
    var files = at(directory);
    files.createDirectories(".");
    return files;
  }

  @Override
  public StoredFile open(String path, Mode mode) {
    try {
      return RealStoredFile.open(path, resolve(path), options(mode));
    } catch (IOException e) {
      throw failure("open", path, e);
    }
  }

  private static @Nullable Set<OpenOption> options(Mode mode) {
    return switch (mode) {
      case READ -> null;
      case WRITE ->
          Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      case CREATE ->
          Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    };
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path));
  }

  @Override
  public long size(String path) {
    try {
      return Files.size(resolve(path));
    } catch (IOException e) {
      throw failure("look at", path, e);
    }
  }

  @Override
  public void createDirectories(String path) {
    var missing = new ArrayDeque<Path>();
    for (var at = resolve(path); at != null && !Files.isDirectory(at); at = at.getParent()) {
      missing.push(at);
    }
    try {
      for (var directory : missing) {
        try {
          Files.createDirectory(directory, ownerOnly(directory));
        } catch (FileAlreadyExistsException e) {
          if (!Files.isDirectory(directory)) {
            throw e;
          }
        }
        var parent = directory.getParent();
        if (parent != null) {
          sync(parent);
        }
      }
    } catch (IOException e) {
      throw failure("create directory", path, e);
    }
  }

  /// Nobody but the owner may look in, whatever the umask says.
  private static FileAttribute<?>[] ownerOnly(Path directory) {
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    var permissions = PosixFilePermissions.fromString("rwx------");
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  @Override
  public List<String> list(String directory) {
    try (var names = Files.list(resolve(directory))) {
      return names.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw failure("list", directory, e);
    }
  }

  @Override
  public void rename(String from, String to) {
    try {
      Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure("rename to " + to + " the file", from, e);
    }
  }

  @Override
  public void link(String from, String to) {
    try {
      try {
        Files.createLink(resolve(to), resolve(from));
      } catch (UnsupportedOperationException | FileSystemException notPossible) {
        if (notPossible instanceof FileSystemException failed && sameStore(from, to)) {
          throw failed;
        }
        Files.copy(resolve(from), resolve(to));
        try (var copy = FileChannel.open(resolve(to), StandardOpenOption.WRITE)) {
          copy.force(true);
        }
      }
    } catch (IOException e) {
      throw failure("link to " + to + " the file", from, e);
    }
  }

  private boolean sameStore(String from, String to) throws IOException {
    var parent = resolve(to).getParent();
    return parent == null || Files.getFileStore(resolve(from)).equals(Files.getFileStore(parent));
  }

  @Override
  public void delete(String path) {
    try {
      Files.delete(resolve(path));
    } catch (IOException e) {
      throw failure("delete", path, e);
    }
  }

  @Override
  public void syncDirectory(String directory) {
    try {
      sync(resolve(directory));
    } catch (IOException e) {
      throw failure("sync directory", directory, e);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public AutoCloseable lock(String path) {
    try {
      var channel =
          FileChannel.open(resolve(path), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      try {
        if (channel.tryLock() != null) {
          return channel;
        }
      } catch (OverlappingFileLockException _) {
        // This process itself holds it.
      }
      channel.close();
    } catch (IOException e) {
      throw failure("lock", path, e);
    }
    throw new FileException(FileException.Kind.LOCKED, "lock", path, null);
  }

  @Override
  public long usableSpace() {
    try {
      return Files.getFileStore(root).getUsableSpace();
    } catch (IOException e) {
      throw failure("measure the space of", ".", e);
    }
  }

  @Override
  public String describe(String path) {
    return resolve(path).toString();
  }

  private Path resolve(String path) {
    var resolved = root.resolve(path).normalize();
    Check.that(resolved.startsWith(root), "files lie below the node's directory");
    return resolved;
  }

  static FileException failure(String operation, String path, IOException cause) {
    var kind =
        switch (cause) {
          case NoSuchFileException _ -> FileException.Kind.NOT_FOUND;
          case FileAlreadyExistsException _ -> FileException.Kind.EXISTS;
          case DirectoryNotEmptyException _ -> FileException.Kind.EXISTS;
          default -> isFull(cause) ? FileException.Kind.NO_SPACE : FileException.Kind.FAILED;
        };
    return new FileException(kind, operation, path, cause);
  }

  /// The platform has no exception of its own for a full disk, only its message.
  private static boolean isFull(IOException cause) {
    var message = cause.getMessage();
    return message != null
        && (message.contains("No space left") || message.contains("quota exceeded"));
  }
}
