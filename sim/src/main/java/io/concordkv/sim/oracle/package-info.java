/// What must hold at all times, seen from outside with a view of all nodes at once. The invariants
/// carry the numbers I1 to I16 in their names; docs/checks.md lists them.
@NullMarked
package io.concordkv.sim.oracle;

import org.jspecify.annotations.NullMarked;
