/// The Java SDK, first slice: [io.concordkv.client.ConcordClient] and the views it opens.
///
/// Every call has two forms: a blocking one, meant for virtual threads, and one that ends in
/// `Async` and returns a future. Questions and answers are the messages of the wire. Failures are
/// [io.concordkv.client.ClientException], a closed set that says whether a write may have happened.
@NullMarked
package io.concordkv.client;

import org.jspecify.annotations.NullMarked;
