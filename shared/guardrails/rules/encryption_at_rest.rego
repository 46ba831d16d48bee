# METADATA
# title: Stored data is encrypted
# description: >-
#   Demanded where encryption can be left out. Not demanded where AWS encrypts always: buckets
#   (since 2023), tables, log groups, secrets, Fargate's own disks, image repositories. A key of
#   one's own is nowhere demanded, only encryption.
# related_resources:
# - ref: https://docs.aws.amazon.com/prescriptive-guidance/latest/encryption-best-practices/welcome.html
package guardrails.encryption_at_rest

import data.guardrails.template

# METADATA
# title: A file system is encrypted
# description: It cannot be encrypted later, only replaced.
# related_resources:
# - ref: https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html
deny contains template.violation("encryption-at-rest/file-system", id, ["Encrypted"], message) if {
	some id, properties in template.of_type["AWS::EFS::FileSystem"]
	not properties.Encrypted == true
	message := "the file system must be encrypted at rest: set `Encrypted` to true"
}

# METADATA
# title: A cache is encrypted
# description: >-
#   Only a replication group can be, and only from the beginning. Memcached keeps nothing on disk.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html
deny contains template.violation("encryption-at-rest/cache", id, ["AtRestEncryptionEnabled"], message) if {
	some id, properties in template.of_type["AWS::ElastiCache::ReplicationGroup"]
	not properties.AtRestEncryptionEnabled == true
	message := "the cache must be encrypted at rest: set `AtRestEncryptionEnabled` to true"
}

deny contains template.violation("encryption-at-rest/cache", id, ["Engine"], message) if {
	some id, properties in template.of_type["AWS::ElastiCache::CacheCluster"]
	properties.Engine != "memcached"
	message := "the cache must be encrypted at rest: make it a replication group, and encrypt that"
}

# METADATA
# title: A database is encrypted
# description: >-
#   A member of a cluster, a replica and what is made from a snapshot take it from there and must
#   not say it.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
deny contains template.violation("encryption-at-rest/database", id, ["StorageEncrypted"], message) if {
	some type in ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"]
	some id, properties in template.of_type[type]
	not properties.StorageEncrypted == true
	not inherits(properties)
	message := "the database must be encrypted at rest: set `StorageEncrypted` to true"
}

inherits(properties) if {
	not "StorageEncrypted" in object.keys(properties)
	some name in [
		"DBClusterIdentifier", "DBSnapshotIdentifier", "DBClusterSnapshotIdentifier",
		"SnapshotIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier",
	]
	template.present(properties, name)
}

# METADATA
# title: A queue is encrypted
# description: With a key of SQS or one's own; SQS takes an explicit "no".
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
deny contains template.violation("encryption-at-rest/queue", id, ["SqsManagedSseEnabled"], message) if {
	some id, properties in template.of_type["AWS::SQS::Queue"]
	not properties.SqsManagedSseEnabled == true
	not template.present(properties, "KmsMasterKeyId")
	message := "the queue must be encrypted at rest: set `SqsManagedSseEnabled` to true, or `KmsMasterKeyId`"
}

# METADATA
# title: A topic is encrypted
# description: SNS encrypts its disks, but the messages only with a key that is named.
# related_resources:
# - ref: https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
deny contains template.violation("encryption-at-rest/topic", id, ["KmsMasterKeyId"], message) if {
	some id, properties in template.of_type["AWS::SNS::Topic"]
	not template.present(properties, "KmsMasterKeyId")
	message := "the topic must be encrypted at rest: set `KmsMasterKeyId`, for example to `alias/aws/sns`"
}

# METADATA
# title: A volume is encrypted
# description: Volumes of their own, and those of instances, launch templates and ECS services.
# related_resources:
# - ref: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
deny contains template.violation("encryption-at-rest/volume", id, ["Encrypted"], message) if {
	some id, properties in template.of_type["AWS::EC2::Volume"]
	not properties.Encrypted == true
	message := "the volume must be encrypted at rest: set `Encrypted` to true"
}

deny contains template.violation("encryption-at-rest/volume", id, array.concat(path, ["Encrypted"]), message) if {
	some id, resource in template.resources
	resource.Type in {"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::ECS::Service"}
	walk(template.properties_of(resource), [path, volume])
	path[count(path) - 1] in {"Ebs", "ManagedEBSVolume"}
	not volume.Encrypted == true
	message := "the volume must be encrypted at rest: set `Encrypted` to true"
}
