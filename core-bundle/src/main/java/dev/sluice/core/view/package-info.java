/** State for tools, in the types of dev.sluice.api.runtime. */
package dev.sluice.core.view;
