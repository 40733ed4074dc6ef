package io.concordkv.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.lsm.LsmProvider;
import io.concordkv.testkit.Simulation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EnginesTest {
  private final Simulation simulation = new Simulation(1);
  private final Engines engines = Engines.installed();

  @Test
  void an_engine_is_opened_by_its_name() {
    for (var name : engines.names()) {
      try (var engine = open(name, Map.of())) {
        engine.put(Bytes.of("a"), Bytes.of("1"));
        assertThat(engine.get(Bytes.of("a"))).as(name).isEqualTo(Bytes.of("1"));
      }
    }
  }

  @Test
  void an_unknown_name_is_refused_with_the_known_ones() {
    assertThatThrownBy(() -> open("btree", Map.of()))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("'btree'")
        .hasMessageContaining("lsm")
        .hasMessageContaining("skiplist");
  }

  @Test
  void an_engine_of_a_third_party_is_found() {
    assertThat(engines.names()).contains("foreign");
    try (var engine = open("foreign", Map.of("limit", "2"))) {
      engine.put(Bytes.of("b"), Bytes.of("2"));
      assertThat(engine.count()).isEqualTo(1);
    }
  }

  @Test
  void two_engines_of_one_name_are_refused() {
    assertThatThrownBy(() -> new Engines(List.of(new LsmProvider(), new LsmProvider())))
        .hasMessageContaining("two engines are called lsm");
  }

  @Test
  void a_setting_that_is_no_such_thing_is_refused() {
    refused(Map.of("memtabel-bytes", "1"), "no setting 'memtabel-bytes'", "memtable-bytes");
    refused(Map.of("memtable-bytes", "12"), "memtable-bytes of engine lsm", "1 KiB to 1 GiB", "12");
    refused(Map.of("memtable-bytes", "2GiB"), "1 KiB to 1 GiB", "'2GiB'");
    refused(Map.of("memtable-bytes", "999999999999999999g"), "1 KiB to 1 GiB");
    refused(Map.of("max-memtables", "4k"), "1 to 64", "'4k'");
    refused(Map.of("max-memtables", "-1"), "1 to 64");
    refused(Map.of("max-memtables", ""), "1 to 64");
    refused(Map.of("compression", "yes"), "one of none, lz4, snappy, zstd", "up to 13", "'yes'");
    refused(Map.of("compression", "none,"), "one of none, lz4, snappy, zstd", "''");
    refused(Map.of("compression", "lz4,".repeat(13) + "zstd"), "up to 13");
    refused(Map.of("memtable-bytes", "1 MiB,2 MiB"), "1 KiB to 1 GiB, not");
  }

  @Test
  void settings_have_units_and_defaults() {
    var known = new LsmProvider().settings();
    var settings =
        Settings.parse(
            "lsm", known, Map.of("memtable-bytes", "2 MiB", "compression", "None, lz4,ZSTD"));
    assertThat(settings.of(known.getFirst())).isEqualTo(2 << 20);
    assertThat(settings.allOf(named(known, "compression"))).containsExactly(0L, 1L, 3L);
    assertThat(settings.of(known.get(1))).isEqualTo(known.get(1).fallback());
    for (var setting : known) {
      assertThat(setting.parse("lsm", setting.show(setting.most())))
          .containsExactly(setting.most());
      assertThat(setting.parse("lsm", setting.show(setting.least())))
          .containsExactly(setting.least());
      assertThat(setting.parse("lsm", setting.showDefaults())).isEqualTo(setting.defaults());
    }
  }

  @Test
  void what_is_destroyed_is_empty_when_it_is_opened_again() {
    for (var name : engines.names()) {
      var engine = open(name, Map.of());
      engine.put(Bytes.of("a"), Bytes.of("1"));
      engine.sync();
      engine.close();
      engines.destroy(simulation.env("n1").files(), name, name);
      try (var again = open(name, Map.of())) {
        assertThat(again.count()).as(name).isZero();
        assertThat(again.get(Bytes.of("a"))).as(name).isNull();
      }
    }
  }

  private static Setting named(List<Setting> known, String name) {
    return known.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private void refused(Map<String, String> settings, String... parts) {
    assertThatThrownBy(() -> open("lsm", settings))
        .isInstanceOfSatisfying(
            ConcordException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_SETTING))
        .hasMessageContainingAll(parts);
  }

  private Engine open(String name, Map<String, String> settings) {
    simulation.env("n1").files().createDirectories(name);
    return engines.open(simulation.env("n1"), name, name, settings);
  }
}
