package dev.sluice.shared.partitiontable;

import java.util.UUID;

/**
 * One partition, which lies inside of its disk.
 *
 * @param number as people and kernels count: from 1; logical ones from 5
 * @param start in bytes
 * @param length in bytes, at least 1
 * @param mbrType the type byte; 0 with a GPT
 * @param typeGuid the type; null with an MBR
 * @param guid what the partition is told from others by; null with an MBR
 * @param name for people; empty if there is none
 */
public record Partition(int number, long start, long length, int mbrType, UUID typeGuid, UUID guid, String name) {
}
