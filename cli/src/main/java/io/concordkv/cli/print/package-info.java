/// How answers look: the same bytes as etcdctl prints, for people and for programs.
@NullMarked
package io.concordkv.cli.print;

import org.jspecify.annotations.NullMarked;
