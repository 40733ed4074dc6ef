package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Somebody looks at a log that belongs to another.
class WalPictureTest {
  private static final WalOptions OPTIONS = new WalOptions(4096, 6, 16 << 10, 1 << 20);

  private WalWorld world = new WalWorld(1, OPTIONS);

  private void fill() {
    assertThat(world.open()).isTrue();
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j <= i % 3; j++) {
        world.append(5 + i);
      }
      assertThat(world.syncAndWait()).isTrue();
    }
  }

  private FileSystem files() {
    return world.simulation.env("looker").files();
  }

  /// The node's disk, as one who only looks sees it.
  private WalPicture picture() {
    return WalPicture.take(disk(), WalWorld.DIRECTORY);
  }

  private FileSystem disk() {
    return world.alive() ? world.disk().medium() : world.simulation.env("n").files();
  }

  private static List<WalRecord> read(WalPicture picture) {
    var read = new ArrayList<WalRecord>();
    picture.read(read::add);
    return read;
  }

  private List<WalRecord> written() {
    return world.model().stream().map(WalWorld.At::record).toList();
  }

  private List<String> segments() {
    return world.disk().paths().stream().filter(path -> path.endsWith(".seg")).toList();
  }

  @Test
  void an_open_log_is_shown_as_it_is_and_can_be_read_again() {
    fill();
    try (var picture = picture()) {
      assertThat(read(picture)).isEqualTo(written()).isEqualTo(read(picture));
      assertThat(picture.tail()).isEqualTo(WalTail.CLEAN);
      assertThat(picture.damage()).isNull();
      assertThat(picture.segments()).isEqualTo(segments().size());
    }
  }

  @Test
  void what_is_written_later_is_not_in_the_picture() {
    fill();
    try (var picture = picture()) {
      var before = written();
      world.append(700);
      assertThat(world.syncAndWait()).isTrue();
      assertThat(read(picture)).isEqualTo(before);
    }
  }

  @Test
  void a_turned_byte_is_damage_with_file_and_offset_and_what_is_before_it_is_shown() {
    fill();
    world.kill();
    int shown = 0;
    for (var path : segments()) {
      for (int offset = 41; offset < 200; offset += 13) {
        world = new WalWorld(1, OPTIONS);
        fill();
        world.kill();
        world.disk().corrupt(path, offset, 0x55);
        try (var picture = picture()) {
          var found = read(picture);
          assertThat(found).isEqualTo(written().subList(0, found.size()));
          shown += found.size();
          if (found.size() < written().size()) {
            boolean lost = picture.tail() == WalTail.LOST && path.equals(segments().getLast());
            if (!lost) {
              assertThat(damage(picture)).hasMessageContaining(path).hasMessageContaining("offset");
            }
            assertThat(picture.file()).isEqualTo(path);
            assertThat(picture.offset()).isLessThanOrEqualTo(offset);
          }
        }
      }
    }
    assertThat(shown).isPositive();
  }

  private static CorruptionError damage(WalPicture picture) {
    return Objects.requireNonNull(picture.damage());
  }

  @Test
  void a_damaged_header_ends_the_picture_before_its_segment() {
    fill();
    world.kill();
    var second = segments().get(1);
    world.disk().corrupt(second, 3, 0x55);
    try (var picture = picture()) {
      assertThat(damage(picture)).hasMessageContaining(second);
      assertThat(picture.segments()).isEqualTo(1);
      assertThat(read(picture)).isNotEmpty();
    }
  }

  @Test
  void a_missing_segment_in_the_middle_is_damage() {
    fill();
    world.kill();
    world.simulation.env("n").files().delete(segments().get(1));
    try (var picture = picture()) {
      assertThat(damage(picture)).hasMessageContaining("a later segment");
    }
  }

  @Test
  void one_segment_can_be_shown_alone() {
    fill();
    var name = segments().get(1).substring("wal/".length());
    try (var picture = WalPicture.ofSegment(world.disk().medium(), WalWorld.DIRECTORY, name)) {
      var found = read(picture);
      assertThat(found).isNotEmpty().hasSizeLessThan(written().size());
      assertThat(written()).containsSequence(found);
      assertThat(picture.damage()).isNull();
    }
  }

  @Test
  void looking_changes_nothing() {
    fill();
    var before = contents();
    picture().close();
    assertThat(contents()).isEqualTo(before);
  }

  private List<String> contents() {
    return world.disk().paths().stream()
        .map(path -> path + " " + java.util.Arrays.hashCode(world.disk().content(path)))
        .toList();
  }

  @Test
  void an_empty_directory_is_an_empty_log() {
    files().createDirectories("wal");
    try (var picture = WalPicture.take(files(), "wal")) {
      assertThat(read(picture)).isEmpty();
      assertThat(picture.tail()).isEqualTo(WalTail.CLEAN);
    }
  }
}
