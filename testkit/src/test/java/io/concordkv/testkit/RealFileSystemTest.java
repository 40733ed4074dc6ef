package io.concordkv.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.RealEnv;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealFileSystemTest extends FileSystemContract {
  @TempDir Path directory;
  private RealEnv env;

  @BeforeEach
  void open() {
    env = RealEnv.open(directory.resolve("node/data"), "test", failure -> {});
  }

  @AfterEach
  void close() {
    env.close();
  }

  @Override
  FileSystem files() {
    return env.files();
  }

  @Test
  void only_the_owner_may_look_into_directories() throws Exception {
    files().createDirectories("a/b");
    for (var made : new String[] {"node", "node/data", "node/data/a", "node/data/a/b"}) {
      var permissions = Files.getPosixFilePermissions(directory.resolve(made));
      assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rwx------");
    }
  }
}
