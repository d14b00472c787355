/** Token buckets that limit rates. */
package dev.sluice.shared.tokenbucket;
