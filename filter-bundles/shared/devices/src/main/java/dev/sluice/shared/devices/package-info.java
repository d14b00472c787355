/**
 * What devices of several filters have in common. A helper package: bnd copies it into each bundle that uses it, and no bundle
 * exports it.
 */
package dev.sluice.shared.devices;
