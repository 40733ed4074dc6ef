/// What the committed log means, computed a second time and as simply as possible: an executable
/// model of the API ([ApiModel]) and the replay of the log through it ([Replay]). Shares the
/// records that commands and answers are made of with the store, and none of its code.
@NullMarked
package io.concordkv.sim.model;

import org.jspecify.annotations.NullMarked;
