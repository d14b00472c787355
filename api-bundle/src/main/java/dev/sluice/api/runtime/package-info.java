/**
 * A running Sluice as tools see it: shells, command lines, monitors. Plugins and filters do not need it.
 */
@Export
@Version("1.0.0")
package dev.sluice.api.runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
