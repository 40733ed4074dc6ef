package io.concordkv.house;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Rules that keep a node a deterministic function of its inputs: no time, chance, thread or hash
/// order but through the seams.
final class Determinism {
  /// The one real world, in which the bans do not hold.
  private static final List<String> REAL_WORLD = List.of(".base.env.Real", ".base.env.EventLoop");

  private static final List<String> BANNED_CALLS =
      List.of(
          "java.lang.System.nanoTime",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.identityHashCode",
          "java.time.Instant.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone",
          "java.time.LocalDate.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.lang.Math.random",
          "java.util.UUID.randomUUID",
          "java.util.Set.of",
          "java.util.Set.copyOf",
          "java.util.Map.of",
          "java.util.Map.copyOf",
          "java.util.stream.Collectors.toUnmodifiableSet",
          "java.util.stream.Collectors.toUnmodifiableMap");

  private static final List<String> BANNED_TYPES =
      List.of(
          "java.lang.Thread",
          "java.lang.ThreadLocal",
          "java.lang.ref.",
          "java.util.concurrent.Executor",
          "java.util.concurrent.ForkJoin",
          "java.util.concurrent.ScheduledExecutor",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.concurrent.ThreadPool",
          "java.security.SecureRandom",
          "java.util.Timer",
          "java.util.IdentityHashMap",
          "java.util.WeakHashMap");

  static final List<Rule> RULES =
      List.of(
          new Rule("time_and_chance_come_through_the_seams", Determinism::calls),
          new Rule("threads_come_through_the_seams", Determinism::types),
          new Rule("generators_have_a_seed", Determinism::unseeded),
          new Rule("hash_tables_have_keys_with_a_lasting_hash", Determinism::hashes));

  private Determinism() {}

  private static List<String> calls(House house, JavaClasses classes) {
    return accesses(
        house,
        classes,
        target -> {
          var name = target.getOwner().getName() + "." + target.getName();
          boolean async =
              target.getOwner().getName().startsWith("java.util.concurrent.Completa")
                  && target.getName().endsWith("Async");
          boolean parallel =
              target.getName().equals("parallelStream")
                  || (target.getName().equals("parallel")
                      && target.getOwner().getPackageName().equals("java.util.stream"));
          return async || parallel || BANNED_CALLS.contains(name);
        });
  }

  private static List<String> unseeded(House house, JavaClasses classes) {
    return accesses(
        house,
        classes,
        target ->
            target.getName().equals("<init>")
                && target.getRawParameterTypes().isEmpty()
                && target.getOwner().isAssignableTo(RandomGenerator.class));
  }

  private static List<String> accesses(
      House house, JavaClasses classes, java.util.function.Predicate<CodeUnitAccessTarget> banned) {
    var found = new TreeSet<String>();
    for (var type : classes) {
      if (deterministic(house, type)) {
        type.getCodeUnitAccessesFromSelf().stream()
            .filter(access -> banned.test(access.getTarget()))
            .map(JavaCodeUnitAccess::getDescription)
            .forEach(found::add);
      }
    }
    return new ArrayList<>(found);
  }

  private static List<String> types(House house, JavaClasses classes) {
    var found = new TreeSet<String>();
    for (var type : classes) {
      if (deterministic(house, type)) {
        type.getDirectDependenciesFromSelf().stream()
            .filter(dependency ->
                BANNED_TYPES.stream().anyMatch(dependency.getTargetClass().getName()::startsWith))
            .forEach(dependency ->
                found.add(type.getName() + " uses " + dependency.getTargetClass().getName()));
      }
    }
    return new ArrayList<>(found);
  }

  /// The order in which a hash table is walked follows the hashes of its keys. Those of enums and
  /// of whatever has no hash of its own are drawn anew by every process. Seen are the fields of a
  /// class that makes such tables.
  private static List<String> hashes(House house, JavaClasses classes) {
    var found = new ArrayList<String>();
    for (var type : classes) {
      boolean makesTables =
          type.getConstructorCallsFromSelf().stream()
              .map(call -> call.getTarget().getOwner())
              .anyMatch(
                  made -> made.isEquivalentTo(HashMap.class) || made.isEquivalentTo(HashSet.class));
      if (deterministic(house, type) && makesTables) {
        type.getFields().stream()
            .filter(Determinism::keyedByFleetingHash)
            .forEach(field -> found.add(field.getFullName() + " hashes what has no lasting hash"));
      }
    }
    return found;
  }

  private static boolean keyedByFleetingHash(JavaField field) {
    var raw = field.getRawType();
    boolean table =
        List.of(Map.class, HashMap.class, Set.class, HashSet.class).stream()
            .anyMatch(raw::isEquivalentTo);
    return table
        && field.getType() instanceof JavaParameterizedType generic
        && fleeting(generic.getActualTypeArguments().getFirst(), new TreeSet<>());
  }

  private static boolean fleeting(JavaType keyType, Set<String> visited) {
    var key = keyType.toErasure();
    if (key.isPrimitive() || key.getName().startsWith("java.") || !visited.add(key.getName())) {
      return key.isEquivalentTo(Object.class);
    }
    if (key.isRecord()) {
      return key.getFields().stream()
          .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
          .anyMatch(field -> fleeting(field.getType(), visited));
    }
    return key.isEnum() || key.tryGetMethod("hashCode").isEmpty();
  }

  private static boolean deterministic(House house, JavaClass type) {
    return house.isIn(type, House.DETERMINISTIC)
        && REAL_WORLD.stream().noneMatch(part -> type.getName().startsWith(house.root() + part));
  }
}
