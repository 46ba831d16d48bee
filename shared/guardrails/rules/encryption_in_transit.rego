# METADATA
# title: Data is encrypted on its way
# description: >-
#   Demanded where both ends could agree to talk in the clear. Not demanded from target groups
#   (load balancer and task meet inside the network), and from queues and topics, whose callers
#   sign each request and use AWS's endpoints over TLS.
# related_resources:
# - ref: https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-data-in-transit.html
package guardrails.encryption_in_transit

import data.guardrails.template

# METADATA
# title: A cache speaks TLS
# description: With the mode `preferred` it would still take connections in the clear.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
deny contains template.violation("encryption-in-transit/cache", id, ["TransitEncryptionEnabled"], message) if {
	some type in ["AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster"]
	some id, properties in template.of_type[type]
	not properties.TransitEncryptionEnabled == true
	message := "the cache must speak TLS: set `TransitEncryptionEnabled` to true"
}

deny contains template.violation("encryption-in-transit/cache", id, ["TransitEncryptionMode"], message) if {
	some id, properties in template.of_type["AWS::ElastiCache::ReplicationGroup"]
	properties.TransitEncryptionMode == "preferred"
	message := "the cache must speak nothing but TLS: set `TransitEncryptionMode` to `required`"
}

# METADATA
# title: A task mounts its file systems over TLS
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-best-practices.html
deny contains template.violation("encryption-in-transit/mount", id, path, message) if {
	some id, properties in template.of_type["AWS::ECS::TaskDefinition"]
	some index, volume in properties.Volumes
	some name in ["EFSVolumeConfiguration", "EfsVolumeConfiguration"]
	configuration := volume[name]
	not configuration.TransitEncryption == "ENABLED"
	path := ["Volumes", index, name, "TransitEncryption"]
	message := "the file system must be mounted over TLS: set `TransitEncryption` to `ENABLED`"
}

# METADATA
# title: A file system refuses clients without TLS
# description: What mounts it from elsewhere is bound only by the policy of the file system.
# related_resources:
# - ref: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
deny contains template.violation("encryption-in-transit/file-system", id, ["FileSystemPolicy"], message) if {
	some id, properties in template.of_type["AWS::EFS::FileSystem"]
	not refuses_plain(object.get(properties, "FileSystemPolicy", {}), {"elasticfilesystem:ClientMount", "elasticfilesystem:*", "*"})
	message := "the file system must refuse clients without TLS: deny `elasticfilesystem:ClientMount` to everyone where `aws:SecureTransport` is false"
}

# METADATA
# title: A bucket refuses requests without TLS
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
deny contains template.violation("encryption-in-transit/bucket", id, [], message) if {
	some id, properties in template.of_type["AWS::S3::Bucket"]
	not bucket_refuses_plain(id, properties)
	message := "the bucket must refuse requests without TLS: add an `AWS::S3::BucketPolicy` that denies `s3:*` to everyone where `aws:SecureTransport` is false"
}

bucket_refuses_plain(id, properties) if {
	some policy in template.of_type["AWS::S3::BucketPolicy"]
	names(policy.Bucket, id, properties)
	refuses_plain(policy.PolicyDocument, {"s3:*", "*"})
}

names(bucket, id, _) if template.referenced(bucket) == id

names(bucket, _, properties) if bucket == properties.BucketName

refuses_plain(policy, actions) if {
	some statement in template.list(policy.Statement)
	statement.Effect == "Deny"
	template.everyone(statement.Principal)
	some action in template.list(statement.Action)
	action in actions
	some key, value in statement.Condition.Bool
	lower(key) == "aws:securetransport"
	value in {"false", false}
	count(statement.Condition) == 1
	count(statement.Condition.Bool) == 1
}

# METADATA
# title: A database takes only connections over TLS
# description: >-
#   The parameter group says so. The default ones differ from version to version and cannot be
#   changed, so a database brings its own.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
# - ref: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.html
deny contains template.violation("encryption-in-transit/database", id, ["Parameters", parameter], message) if {
	some type in ["AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup"]
	some id, properties in template.of_type[type]
	some engine, parameter in demanding_parameter
	startswith(properties.Family, engine)
	not switched_on(properties.Parameters[parameter])
	message := sprintf("the database must take only connections over TLS: set `%s` to 1", [parameter])
}

demanding_parameter := {
	"postgres": "rds.force_ssl",
	"aurora-postgresql": "rds.force_ssl",
	"mysql": "require_secure_transport",
	"aurora-mysql": "require_secure_transport",
	"mariadb": "require_secure_transport",
}

switched_on(value) if lower(value) in {"1", "on", "true"}

switched_on(value) if value in {1, true}

deny contains template.violation("encryption-in-transit/database", id, [name], message) if {
	some type, name in {
		"AWS::RDS::DBInstance": "DBParameterGroupName",
		"AWS::RDS::DBCluster": "DBClusterParameterGroupName",
	}
	some id, properties in template.of_type[type]
	demanding_parameter[properties.Engine]
	not template.present(properties, "DBClusterIdentifier")
	not brings_parameters(properties, name)
	message := sprintf("the database must take only connections over TLS: set `%s` to a group that demands it", [name])
}

brings_parameters(properties, name) if {
	template.present(properties, name)
	not is_default(properties[name])
}

is_default(group) if startswith(group, "default.")

# METADATA
# title: A load balancer speaks HTTPS
# description: A listener in the clear may only send its callers to HTTPS.
# related_resources:
# - ref: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
deny contains template.violation("encryption-in-transit/listener", id, ["Protocol"], message) if {
	some id, properties in template.of_type["AWS::ElasticLoadBalancingV2::Listener"]
	in_the_clear(properties)
	not only_redirects(properties.DefaultActions)
	message := "the listener must speak HTTPS, or only redirect to HTTPS"
}

deny contains template.violation("encryption-in-transit/listener", id, ["Actions"], message) if {
	some id, properties in template.of_type["AWS::ElasticLoadBalancingV2::ListenerRule"]
	listener := template.of_type["AWS::ElasticLoadBalancingV2::Listener"][template.referenced(properties.ListenerArn)]
	in_the_clear(listener)
	not only_redirects(properties.Actions)
	message := "a rule of a listener that speaks HTTP must only redirect to HTTPS"
}

in_the_clear(listener) if listener.Protocol == "HTTP"

only_redirects(actions) if {
	count(actions) > 0
	every action in actions {
		action.RedirectConfig.Protocol == "HTTPS"
	}
}
