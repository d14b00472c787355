/**
 * The contract of plugins and filters as tests, and what they need to run without the core. An author extends
 * {@link dev.sluice.api.contract.PluginContract} or {@link dev.sluice.api.contract.FilterContract}, and uses
 * {@link dev.sluice.api.contract.LayerHarness} for tests of his own.
 */
package dev.sluice.api.contract;
