package io.concordkv.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileException.Kind;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimDiskTest {
  private Simulation simulation = new Simulation(1);
  private FileSystem files = simulation.env("a").files();

  private void world(long seed) {
    simulation = new Simulation(seed);
    files = simulation.env("a").files();
  }

  private void powerCut() {
    simulation.powerCut("a");
    files = simulation.env("a").files();
  }

  @Test
  void what_was_synced_survives_every_power_cut() {
    for (long seed = 1; seed <= 50; seed++) {
      world(seed);
      write("f", 0, filled(1500, 'a'));
      sync("f");
      files.syncDirectory("");
      powerCut();
      assertThat(content("f")).isEqualTo(filled(1500, 'a'));
    }
  }

  @Test
  void rot_shows_until_the_place_is_written_or_cured() {
    write("f", 0, filled(1500, 'a'));
    sync("f");
    assertThat(simulation.disk("a").rot("f", new SplittableRandom(1), false)).isTrue();
    assertThat(content("f")).isNotEqualTo(filled(1500, 'a'));
    assertThat(simulation.disk("a").isDamaged()).isTrue();

    simulation.disk("a").cure();
    assertThat(content("f")).isEqualTo(filled(1500, 'a'));
    assertThat(simulation.disk("a").rot("f", new SplittableRandom(1), false)).isTrue();
    write("f", 0, filled(1500, 'b'));
    assertThat(content("f")).isEqualTo(filled(1500, 'b'));
    assertThat(simulation.disk("a").isDamaged()).isFalse();
  }

  @Test
  void a_phantom_write_shows_what_was_there_before() {
    write("f", 0, filled(512, 'a'));
    sync("f");
    simulation.disk("a").writeAstray("f", new SplittableRandom(1), false);
    write("f", 0, filled(512, 'b'));
    sync("f");
    assertThat(content("f")).isEqualTo(filled(512, 'a'));
    powerCut();

    write("f", 0, filled(512, 'c'));
    sync("f");
    assertThat(content("f")).isEqualTo(filled(512, 'c'));
  }

  @Test
  void a_misdirected_write_shows_at_another_place() {
    for (long seed = 1; seed <= 20; seed++) {
      world(seed);
      for (int at = 0; at < 5120; at += 512) {
        write("f", at, filled(512, 'a'));
      }
      sync("f");
      simulation.disk("a").writeAstray("f", new SplittableRandom(seed), true);
      write("f", 1024, filled(512, 'b'));
      sync("f");
      var shown = new String(content("f"), StandardCharsets.US_ASCII);
      int place = shown.indexOf('b');
      assertThat(place).isNotEqualTo(1024);
      assertThat(shown.chars().filter(c -> c == 'b').count()).isEqualTo(place < 0 ? 0 : 512);
    }
  }

  @Test
  void two_writes_of_one_length_may_change_places() {
    var outcomes = new TreeSet<String>();
    for (long seed = 1; seed <= 100; seed++) {
      world(seed);
      simulation.disk("a").writeAstray("f", new SplittableRandom(seed), true);
      write("f", 0, filled(700, 'a'));
      write("f", 700, filled(900, 'b'));
      write("f", 1600, filled(700, 'c'));
      sync("f");
      outcomes.add(new String(content("f"), StandardCharsets.US_ASCII));
    }
    assertThat(outcomes).contains("c".repeat(700) + "b".repeat(900) + "a".repeat(700));
  }

  @Test
  void a_write_may_change_places_with_one_of_its_length_in_another_file() {
    var outcomes = new TreeSet<String>();
    for (long seed = 1; seed <= 100; seed++) {
      world(seed);
      write("f1", 0, filled(100, 'x'));
      write("f1", 100, filled(700, 'a'));
      sync("f1");
      write("longer", 0, filled(700, 'z'));
      sync("longer");
      simulation.disk("a").writeAstray("f2", new SplittableRandom(seed), true);
      write("f2", 0, filled(700, 'b'));
      sync("f2");
      outcomes.add(
          new String(content("f1"), StandardCharsets.US_ASCII)
              + new String(content("f2"), StandardCharsets.US_ASCII));
      assertThat(content("longer")).isEqualTo(filled(700, 'z'));
    }
    assertThat(outcomes).contains("x".repeat(100) + "b".repeat(700) + "a".repeat(700));
  }

  @Test
  void the_medium_shows_what_no_power_cut_can_take() {
    var medium = simulation.disk("a").medium();
    write("f", 0, filled(1500, 'a'));
    sync("f");
    assertThat(medium.exists("f")).isFalse();
    files.syncDirectory("");
    write("f", 0, filled(2000, 'b'));
    write("g", 0, filled(10, 'c'));
    files.rename("f", "h");
    long operations = simulation.disk("a").operations();
    assertThat(medium.list("")).containsExactly("f");
    var target = ByteBuffer.allocate(3000);
    try (var file = medium.open("f", Mode.READ)) {
      assertThat(file.size()).isEqualTo(1500);
      assertThat(file.read(0, target)).isEqualTo(1500);
    }
    assertThat(Arrays.copyOf(target.array(), 1500)).isEqualTo(filled(1500, 'a'));
    assertThat(simulation.disk("a").operations()).isEqualTo(operations);
    sync("h");
    files.syncDirectory("");
    assertThat(medium.list("")).containsExactly("g", "h");
    try (var file = medium.open("h", Mode.READ)) {
      assertThat(file.size()).isEqualTo(2000);
    }
  }

  @Test
  void sectors_that_were_not_synced_survive_one_by_one() {
    var outcomes = new TreeSet<String>();
    for (long seed = 1; seed <= 100; seed++) {
      world(seed);
      write("f", 0, filled(1536, 'a'));
      sync("f");
      files.syncDirectory("");
      write("f", 0, filled(1536, 'b'));
      write("f", 512, filled(512, 'c'));
      powerCut();
      var after = content("f");
      var outcome = new StringBuilder();
      for (int sector = 0; sector < 3; sector++) {
        outcome.append((char) after[sector * 512]);
        assertThat(Arrays.copyOfRange(after, sector * 512, sector * 512 + 512))
            .isEqualTo(filled(512, (char) after[sector * 512]));
      }
      outcomes.add(outcome.toString());
    }
    assertThat(outcomes).hasSize(2 * 3 * 2).contains("aaa", "bcb", "acb", "bba");
  }

  @Test
  void growth_that_was_not_synced_may_be_lost_or_be_zeros() {
    var outcomes = new TreeSet<String>();
    for (long seed = 1; seed <= 100; seed++) {
      world(seed);
      write("f", 0, filled(3, 'a'));
      sync("f");
      files.syncDirectory("");
      write("f", 600, filled(1, 'b'));
      powerCut();
      var after = content("f");
      outcomes.add(after.length + (after.length > 600 ? ":" + after[600] : ""));
    }
    assertThat(outcomes).containsExactlyInAnyOrder("3", "601:0", "601:98");
  }

  @Test
  void names_that_were_not_synced_survive_by_chance_whatever_their_content() {
    var outcomes = new TreeSet<String>();
    for (long seed = 1; seed <= 100; seed++) {
      world(seed);
      write("old", 0, filled(1, 'o'));
      sync("old");
      files.syncDirectory("");
      write("new", 0, filled(1, 'n'));
      sync("new");
      files.rename("new", "old");
      powerCut();
      outcomes.add(simulation.disk("a").paths() + ":" + (char) content("old")[0]);
    }
    assertThat(outcomes).containsExactlyInAnyOrder("[old]:o", "[new, old]:o", "[old]:n");
  }

  @Test
  void a_killed_process_leaves_its_page_cache_behind() {
    write("f", 0, filled(700, 'a'));
    simulation.kill("a");
    assertThatThrownBy(() -> files.exists("f")).isInstanceOf(PowerCut.class);
    files = simulation.env("a").files();
    assertThat(content("f")).isEqualTo(filled(700, 'a'));
  }

  @Test
  void a_failed_sync_loses_what_it_should_have_saved_and_the_next_one_does_not_help() {
    write("f", 0, filled(3, 'a'));
    sync("f");
    files.syncDirectory("");
    write("f", 0, filled(3, 'b'));
    simulation.disk("a").failSyncs("f", 1);
    try (var file = files.open("f", Mode.WRITE)) {
      fails(Kind.FAILED, file::sync);
      file.sync();
    }
    powerCut();
    assertThat(content("f")).isEqualTo(filled(3, 'a'));
  }

  @Test
  void a_full_disk_takes_what_fits_and_overwriting_needs_no_room() {
    try (var file = files.open("f", Mode.WRITE)) {
      file.preallocate(100);
      simulation.disk("a").limitSpace(10);
      file.write(90, ByteBuffer.wrap(filled(15, 'a')));
      assertThat(files.usableSpace()).isEqualTo(5);
      fails(Kind.NO_SPACE, () -> file.write(105, ByteBuffer.wrap(filled(8, 'b'))));
      assertThat(file.size()).isEqualTo(110);
      file.write(0, ByteBuffer.wrap(filled(110, 'c')));
      file.truncate(50);
      assertThat(files.usableSpace()).isEqualTo(60);
      fails(Kind.NO_SPACE, () -> file.preallocate(1000));
    }
  }

  @Test
  void faults_hit_the_file_that_they_are_for() {
    write("f", 0, filled(4, 'a'));
    write("g", 0, filled(4, 'a'));
    simulation.disk("a").failReads("f", 1);
    simulation.disk("a").failWrites("g", 1);
    fails(Kind.FAILED, () -> content("f"));
    assertThat(content("f")).isEqualTo(filled(4, 'a'));
    fails(Kind.FAILED, () -> write("g", 0, filled(4, 'b')));
    assertThat(content("g")).isEqualTo(new byte[] {'b', 'b', 'a', 'a'});
    simulation.disk("a").flipBit("f", 2, 0);
    assertThat(content("f")).isEqualTo(new byte[] {'a', 'a', 'a' ^ 1, 'a'});
  }

  @Test
  void a_power_cut_can_tear_the_write_that_it_hits() {
    var outcomes = new TreeSet<String>();
    for (long seed = 1; seed <= 50; seed++) {
      world(seed);
      write("f", 0, new byte[1024]);
      sync("f");
      files.syncDirectory("");
      simulation.disk("a").powerCutAtOperation(2);
      assertThatThrownBy(() -> write("f", 0, filled(1024, 'b'))).isInstanceOf(PowerCut.class);
      files = simulation.env("a").files();
      var after = content("f");
      outcomes.add(after[0] + "," + after[512]);
    }
    assertThat(outcomes).hasSize(4);
  }

  private void write(String path, long at, byte[] bytes) {
    try (var file = files.open(path, Mode.WRITE)) {
      file.write(at, ByteBuffer.wrap(bytes));
    }
  }

  private void sync(String path) {
    try (var file = files.open(path, Mode.WRITE)) {
      file.sync();
    }
  }

  private byte[] content(String path) {
    try (var file = files.open(path, Mode.READ)) {
      var content = ByteBuffer.allocate((int) file.size());
      file.read(0, content);
      return content.array();
    }
  }

  private static byte[] filled(int length, char with) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  private static void fails(
      Kind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable operation) {
    assertThatThrownBy(operation)
        .isInstanceOfSatisfying(FileException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
