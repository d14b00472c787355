/** The data plugin: a small disk that is described in a language of its own. */
package dev.sluice.plugin.data;
