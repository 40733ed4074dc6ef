package io.concordkv.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileException.Kind;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What every file system promises.
abstract class FileSystemContract {
  abstract FileSystem files();

  @Test
  void what_is_written_is_read_at_its_position() {
    try (var file = files().open("f", Mode.WRITE)) {
      file.write(3, text("abc"), text("def"));
      assertThat(file.size()).isEqualTo(9);
      assertThat(read(file, 0, 20)).isEqualTo("\0\0\0abcdef");
      assertThat(read(file, 4, 2)).isEqualTo("bc");
      assertThat(read(file, 9, 5)).isEmpty();
      assertThat(read(file, 90, 5)).isEmpty();
      file.write(5, text("XY"));
      file.sync();
    }
    try (var file = files().open("f", Mode.READ)) {
      assertThat(read(file, 3, 6)).isEqualTo("abXYef");
    }
  }

  @Test
  void sources_are_used_up_and_targets_filled() {
    try (var file = files().open("f", Mode.WRITE)) {
      var source = text("0123456789").position(2).limit(7);
      file.write(0, source);
      assertThat(source.remaining()).isZero();
      var target = ByteBuffer.allocate(8).position(1).limit(4);
      assertThat(file.read(1, target)).isEqualTo(3);
      assertThat(target.position()).isEqualTo(4);
      assertThat(new String(target.array(), 1, 3, java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("345");
    }
  }

  @Test
  void content_is_that_of_an_array_under_random_writes_and_cuts() {
    Gen.check(
        20,
        gen -> {
          var model = new byte[4000];
          int size = 0;
          try (var file = files().open("random-" + gen.seed(), Mode.CREATE)) {
            for (int i = 0; i < 60; i++) {
              if (gen.oneIn(6)) {
                int to = gen.below(model.length);
                file.truncate(to);
                if (to < size) {
                  Arrays.fill(model, to, size, (byte) 0);
                  size = to;
                }
              } else {
                var bytes = gen.bytes(700);
                int at = gen.below(model.length - 700);
                file.write(at, bytes.toByteBuffer());
                bytes.copyTo(model, at);
                size = bytes.isEmpty() ? size : Math.max(size, at + bytes.length());
              }
              assertThat(file.size()).isEqualTo(size);
              var content = ByteBuffer.allocate(size);
              assertThat(file.read(0, content)).isEqualTo(size);
              assertThat(content.array()).isEqualTo(Arrays.copyOf(model, size));
            }
          }
        });
  }

  @Test
  void preallocated_space_is_zeros_and_what_was_there_stays() {
    try (var file = files().open("f", Mode.WRITE)) {
      file.write(0, text("abc"));
      file.preallocate(3_000_000);
      assertThat(file.size()).isEqualTo(3_000_000);
      assertThat(read(file, 0, 5)).isEqualTo("abc\0\0");
      assertThat(read(file, 2_999_999, 5)).isEqualTo("\0");
      file.preallocate(10);
      assertThat(file.size()).isEqualTo(3_000_000);
    }
  }

  @Test
  void modes_say_what_must_exist() {
    fails(Kind.NOT_FOUND, () -> files().open("f", Mode.READ));
    files().open("f", Mode.CREATE).close();
    fails(Kind.EXISTS, () -> files().open("f", Mode.CREATE));
    files().open("f", Mode.WRITE).close();
    files().open("f", Mode.READ).close();
    fails(Kind.NOT_FOUND, () -> files().open("missing/f", Mode.WRITE));
  }

  @Test
  void names_are_listed_in_order() {
    files().createDirectories("d/sub/deep");
    files().createDirectories("d/sub");
    for (var name : new String[] {"b", "a10", "a9", "c"}) {
      files().open("d/" + name, Mode.WRITE).close();
    }
    assertThat(files().list("d")).containsExactly("a10", "a9", "b", "c", "sub");
    assertThat(files().list("d/sub/deep")).isEmpty();
    fails(Kind.NOT_FOUND, () -> files().list("e"));
    files().syncDirectory("d");
    fails(Kind.NOT_FOUND, () -> files().syncDirectory("e"));
  }

  @Test
  void a_rename_replaces_and_a_delete_removes() {
    write("a", "new");
    write("b", "old");
    files().rename("a", "b");
    assertThat(files().exists("a")).isFalse();
    try (var file = files().open("b", Mode.READ)) {
      assertThat(read(file, 0, 10)).isEqualTo("new");
    }
    files().delete("b");
    assertThat(files().exists("b")).isFalse();
    fails(Kind.NOT_FOUND, () -> files().delete("b"));
    fails(Kind.NOT_FOUND, () -> files().rename("b", "c"));
  }

  @Test
  void an_open_file_survives_its_name() {
    write("a", "content");
    try (var file = files().open("a", Mode.READ)) {
      files().delete("a");
      assertThat(read(file, 0, 10)).isEqualTo("content");
    }
  }

  @Test
  void a_lock_keeps_others_out_until_it_is_closed() throws Exception {
    var lock = files().lock("LOCK");
    fails(Kind.LOCKED, () -> files().lock("LOCK"));
    lock.close();
    files().lock("LOCK").close();
  }

  @Test
  void paths_cannot_leave_the_directory() {
    assertThatThrownBy(() -> files().exists("../outside")).isInstanceOf(InvariantError.class);
  }

  @Test
  void there_is_space() {
    assertThat(files().usableSpace()).isPositive();
    assertThat(files().describe("a/b")).endsWith("a/b");
  }

  private void write(String path, String text) {
    try (var file = files().open(path, Mode.WRITE)) {
      file.write(0, text(text));
    }
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(Bytes.of(text).toArray());
  }

  private static String read(StoredFile file, long position, int length) {
    var target = ByteBuffer.allocate(length);
    file.read(position, target);
    return Bytes.copyOf(target.flip()).toUtf8();
  }

  private static void fails(Kind kind, ThrowingCallable operation) {
    assertThatThrownBy(operation)
        .isInstanceOfSatisfying(FileException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
