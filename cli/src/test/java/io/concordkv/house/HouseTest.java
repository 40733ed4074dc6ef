package io.concordkv.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class HouseTest {
  /// A house with every rule broken, beside this class.
  private static final House BROKEN = new House("io.concordkv.house.planted");

  private static final List<Rule> RULES =
      Stream.of(Rooms.RULES, Determinism.RULES, Loops.RULES, Manners.RULES)
          .flatMap(List::stream)
          .toList();

  @TestFactory
  List<DynamicTest> the_house_keeps_its_rules() {
    var classes = House.importBuilt();
    return RULES.stream()
        .map(rule ->
            DynamicTest.dynamicTest(
                rule.name(), () -> assertThat(rule.breaches().in(House.REAL, classes)).isEmpty()))
        .toList();
  }

  @TestFactory
  List<DynamicTest> a_broken_rule_is_noticed() {
    var planted = planted();
    return RULES.stream()
        .map(rule ->
            DynamicTest.dynamicTest(
                rule.name(), () -> assertThat(breaches(rule, planted)).isNotEmpty()))
        .toList();
  }

  @Test
  void each_way_to_break_a_ban_is_noticed() {
    var planted = planted();
    var all = RULES.stream().flatMap(rule -> breaches(rule, planted).stream()).toList();

    for (var way :
        List.of(
            "System.nanoTime",
            "System.currentTimeMillis",
            "System.identityHashCode",
            "Instant.now",
            "Math.random",
            "UUID.randomUUID",
            "SecureRandom",
            "ThreadLocalRandom",
            "Set.of",
            "Set.copyOf",
            "Map.of",
            "Map.copyOf",
            "supplyAsync",
            "parallelStream",
            "java.util.concurrent.Executors",
            "java.lang.Thread",
            "java.util.Random.<init>",
            "Fleeting.byEnum",
            "Fleeting.byIdentity",
            "Fleeting.byRecordOfEnum",
            "Locked.method",
            "Locked.block locks",
            "Locked.shared",
            "AtomicLong",
            "raft.Locked sees io.concordkv.house.planted.transport.Wire",
            "mvcc.left",
            "io.grpc.Status",
            "replica.bare has no package-info",
            "ThingManager")) {
      assertThat(all).as(way).anyMatch(line -> line.contains(way));
    }
    assertThat(all).noneMatch(line -> line.contains("Fleeting.byNumber"));
    assertThat(all).noneMatch(line -> line.contains("RealWorld"));
  }

  @Test
  void no_file_is_too_long() {
    var sources =
        House.SEES.keySet().stream()
            .map(module -> House.checkout().resolve(module).resolve("src"))
            .filter(Files::isDirectory)
            .toList();
    assertThat(sources).isNotEmpty();
    assertThat(Manners.longFiles(sources)).isEmpty();
  }

  @Test
  void a_file_that_is_too_long_is_noticed(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("Fits.java"), "\n".repeat(Manners.MAX_LINES));
    assertThat(Manners.longFiles(List.of(directory))).isEmpty();
    Files.writeString(directory.resolve("Long.java"), "\n".repeat(Manners.MAX_LINES + 1));
    assertThat(Manners.longFiles(List.of(directory))).hasSize(1);
  }

  @Test
  void every_room_in_the_checkout_is_in_the_plan_and_was_looked_at() throws IOException {
    try (var folders = Files.list(House.checkout())) {
      var modules =
          folders
              .filter(folder -> Files.exists(folder.resolve("pom.xml")))
              .map(folder -> folder.getFileName().toString())
              .toList();
      assertThat(House.SEES.keySet()).containsAll(modules);
    }
    var looked = House.built().stream().map(House::module);
    assertThat(looked.toList()).containsAll(House.DETERMINISTIC.subList(0, 6)).contains("node");
  }

  private static List<String> breaches(Rule rule, JavaClasses classes) {
    return rule.breaches().in(BROKEN, classes);
  }

  private static JavaClasses planted() {
    return new ClassFileImporter().importPackages(BROKEN.root());
  }
}
