/**
 * The API of Sluice: a block device is one {@link dev.sluice.api.NbdDevice}, a data source is an
 * {@link dev.sluice.api.NbdPlugin} that opens such devices, a filter is an
 * {@link dev.sluice.api.NbdFilter} that opens a device around another device.
 *
 * <p>Versions follow the rule of nbdkit's C API. A plugin implements only consumer types and imports
 * {@code [1.1,2)}: it keeps working when operations are added. A filter implements a provider type and imports
 * {@code [1.1,1.2)}: a filter that does not know a new operation would let it pass unseen and corrupt data, so it
 * has to be built again. bnd writes both ranges from the annotations; nobody writes them by hand.
 */
@Export
@Version("1.1.0")
package dev.sluice.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
