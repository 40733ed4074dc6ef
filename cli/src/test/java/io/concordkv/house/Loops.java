package io.concordkv.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.MonitorInstruction;
import java.util.ArrayList;
import java.util.List;

/// Rules that keep state with its loop: where one thread runs, nothing guards against others.
final class Loops {
  static final List<Rule> RULES =
      List.of(
          new Rule("loops_use_no_concurrency_classes", Loops::concurrency),
          new Rule("loops_have_no_volatile_fields", Loops::volatiles),
          new Rule("loops_never_synchronize", Loops::locks));

  private Loops() {}

  private static List<String> concurrency(House house, JavaClasses classes) {
    var found = new ArrayList<String>();
    for (var type : owned(house, classes)) {
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith("java.util.concurrent"))
          .map(target -> type.getName() + " uses " + target.getName())
          .distinct()
          .sorted()
          .forEach(found::add);
    }
    return found;
  }

  private static List<String> volatiles(House house, JavaClasses classes) {
    return owned(house, classes).stream()
        .flatMap(type -> type.getFields().stream())
        .filter(field -> field.getModifiers().contains(JavaModifier.VOLATILE))
        .map(field -> field.getFullName())
        .sorted()
        .toList();
  }

  private static List<String> locks(House house, JavaClasses classes) {
    var found = new ArrayList<String>();
    for (var type : owned(house, classes)) {
      type.getMethods().stream()
          .filter(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED))
          .forEach(method -> found.add(method.getFullName() + " is synchronized"));
      lockingMethods(type).forEach(method -> found.add(type.getName() + "." + method + " locks"));
    }
    return found;
  }

  /// A synchronized block leaves no trace but its instruction.
  private static List<String> lockingMethods(JavaClass type) {
    var source = type.getSource().orElseThrow();
    try (var in = source.getUri().toURL().openStream()) {
      return ClassFile.of().parse(in.readAllBytes()).methods().stream()
          .filter(method ->
              method.code().stream()
                  .flatMap(code -> code.elementStream())
                  .anyMatch(MonitorInstruction.class::isInstance))
          .map(method -> method.methodName().stringValue())
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static List<JavaClass> owned(House house, JavaClasses classes) {
    return classes.stream().filter(type -> house.isIn(type, House.LOOP_OWNED)).toList();
  }
}
