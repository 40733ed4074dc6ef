package io.concordkv.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;

/// A rule of the house.
///
/// @param name what it says, as a sentence
/// @param breaches where it is broken, a line for each
record Rule(String name, Breaches breaches) {
  interface Breaches {
    List<String> in(House house, JavaClasses classes);
  }
}
