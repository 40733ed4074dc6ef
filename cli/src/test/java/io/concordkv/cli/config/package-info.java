@NullMarked
package io.concordkv.cli.config;

import org.jspecify.annotations.NullMarked;
