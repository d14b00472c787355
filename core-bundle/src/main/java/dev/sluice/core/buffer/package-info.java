/** Direct memory and files with reference counts. */
package dev.sluice.core.buffer;
