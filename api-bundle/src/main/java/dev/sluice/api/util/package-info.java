/**
 * Helpers for authors of plugins and filters; versioned apart from {@link dev.sluice.api}.
 */
@Export
@Version("1.0.0")
package dev.sluice.api.util;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
