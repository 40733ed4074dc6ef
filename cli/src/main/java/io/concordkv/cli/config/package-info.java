/// From flags, environment and file to one record that says how a server runs.
@NullMarked
package io.concordkv.cli.config;

import org.jspecify.annotations.NullMarked;
