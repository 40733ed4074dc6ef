/// The swarm for storage engines: one engine on a simulated disk, with options, work and faults as
/// a seed draws them, beside a model that keeps what may be in it.
///
/// [EngineRun] is one seed, [EngineSim] the program that runs many.
@NullMarked
package io.concordkv.sim.engine;

import org.jspecify.annotations.NullMarked;
