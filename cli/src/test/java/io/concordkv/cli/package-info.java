/// The program as its users meet it: real processes, real sockets, foreign clients.
@NullMarked
package io.concordkv.cli;

import org.jspecify.annotations.NullMarked;
