/** The info plugin: a small disk that tells about its own connection. */
package dev.sluice.plugin.info;
