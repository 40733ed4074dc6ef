package io.concordkv.house;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Rules about who may see whom.
final class Rooms {
  /// Where a remote call may be seen at all. `bench` is beside the house: it plays a client.
  private static final List<String> GRPC =
      List.of("transport.grpc", "proto", "server", "client", "bench");

  private static final List<String> PLATFORM =
      List.of("java.", "javax.crypto.", "org.jspecify.annotations.");

  static final List<Rule> RULES =
      List.of(
          new Rule("imports_go_down_only", Rooms::uphill),
          new Rule("packages_are_free_of_cycles", Rooms::cycles),
          new Rule("remote_calls_appear_at_the_doors_only", Rooms::grpc),
          new Rule("the_ground_uses_nothing_but_the_platform", Rooms::thirdParty));

  private Rooms() {}

  private static List<String> uphill(House house, JavaClasses classes) {
    return dependencies(
        classes,
        dependency -> {
          var from = house.room(dependency.getOriginClass());
          var to = house.room(dependency.getTargetClass());
          return from.isPresent()
              && to.isPresent()
              && !from.equals(to)
              && !house.isIn(
                  dependency.getTargetClass(), House.SEES.getOrDefault(from.get(), List.of()));
        });
  }

  private static List<String> cycles(House house, JavaClasses classes) {
    var result =
        slices()
            .matching(house.root() + ".(**)")
            .should()
            .beFreeOfCycles()
            .allowEmptyShould(true)
            .evaluate(classes.that(inHouse(house)));
    return result.getFailureReport().getDetails();
  }

  private static List<String> grpc(House house, JavaClasses classes) {
    return dependencies(
        classes,
        dependency ->
            dependency.getTargetClass().getPackageName().startsWith("io.grpc")
                && house.room(dependency.getOriginClass()).isPresent()
                && !house.isIn(dependency.getOriginClass(), GRPC));
  }

  private static List<String> thirdParty(House house, JavaClasses classes) {
    return dependencies(
        classes,
        dependency -> {
          var target = dependency.getTargetClass().getBaseComponentType();
          return house.isIn(dependency.getOriginClass(), House.BARE)
              && !target.isPrimitive()
              && !target.getName().startsWith(house.root())
              && PLATFORM.stream().noneMatch(target.getName()::startsWith);
        });
  }

  private static DescribedPredicate<JavaClass> inHouse(House house) {
    return DescribedPredicate.describe("in the house", type -> house.room(type).isPresent());
  }

  private static List<String> dependencies(JavaClasses classes, Predicate<Dependency> forbidden) {
    var found = new TreeSet<String>();
    for (var type : classes) {
      type.getDirectDependenciesFromSelf().stream()
          .filter(forbidden)
          .forEach(dependency ->
              found.add(
                  dependency.getOriginClass().getName()
                      + " sees "
                      + dependency.getTargetClass().getName()));
    }
    return new ArrayList<>(found);
  }
}
