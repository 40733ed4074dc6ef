package io.concordkv.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;

/// Rules of names, packages and sizes.
final class Manners {
  static final int MAX_LINES = 500;

  /// Longer files, each with its reason in docs/decisions.
  private static final List<String> LONG_FILES = List.of();

  private static final List<String> EMPTY_WORDS =
      List.of("Manager", "Util", "Utils", "Helper", "Helpers", "Impl", "Common");

  private static final List<String> EMPTY_PACKAGES = List.of("impl", "util", "common", "manager");

  static final List<Rule> RULES =
      List.of(
          new Rule("every_package_says_what_it_is_and_where_null_may_be", Manners::unmarked),
          new Rule("names_say_what_a_thing_is", Manners::names));

  private Manners() {}

  private static List<String> unmarked(House house, JavaClasses classes) {
    var found = new TreeSet<String>();
    for (var type : ours(house, classes)) {
      boolean marked =
          type.getPackage()
              .tryGetPackageInfo()
              .map(info -> info.isAnnotatedWith(NullMarked.class))
              .orElse(false);
      if (!marked) {
        found.add(type.getPackageName() + " has no package-info with @NullMarked");
      }
    }
    return new ArrayList<>(found);
  }

  private static List<String> names(House house, JavaClasses classes) {
    var found = new TreeSet<String>();
    for (var type : ours(house, classes)) {
      if (EMPTY_WORDS.stream().anyMatch(type.getSimpleName()::endsWith)) {
        found.add(type.getName());
      }
      for (var part : type.getPackageName().split("\\.", -1)) {
        if (EMPTY_PACKAGES.contains(part)) {
          found.add(type.getPackageName());
        }
      }
    }
    return new ArrayList<>(found);
  }

  /// Generated code has no manners.
  private static List<JavaClass> ours(House house, JavaClasses classes) {
    return classes.stream()
        .filter(type -> house.room(type).isPresent() && !house.isIn(type, List.of("proto")))
        .toList();
  }

  /// The source files below `directories` that have more lines than a file should.
  static List<String> longFiles(List<Path> directories) {
    var found = new ArrayList<String>();
    for (var directory : directories) {
      try (var paths = Files.walk(directory)) {
        for (var path : paths.filter(file -> file.toString().endsWith(".java")).sorted().toList()) {
          int lines = Files.readAllLines(path).size();
          if (lines > MAX_LINES && !LONG_FILES.contains(path.getFileName().toString())) {
            found.add(directory.relativize(path) + " has " + lines + " lines");
          }
        }
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
    return found;
  }
}
