# METADATA
# title: Nothing is open to everyone by accident
# description: >-
#   What the internet may reach is the listener of a load balancer, and what an exception names.
# related_resources:
# - ref: https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-networks.html
package guardrails.public_access

import data.guardrails.template

# METADATA
# title: A security group lets nobody in from the internet
# description: >-
#   Nothing wider than 10.0.0.0/8 or fc00::/7 is a private network. Open are only the ports 80 and
#   443 of a group that a load balancer for the internet carries.
# related_resources:
# - ref: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
# - ref: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
deny contains template.violation("public-access/security-group", id, array.concat(path, [range.name]), message) if {
	some id, properties in template.of_type["AWS::EC2::SecurityGroup"]
	walk(object.get(properties, "SecurityGroupIngress", []), [inner, ingress])
	some range in open_ranges(ingress)
	not front_door(id, ingress)
	path := array.concat(["SecurityGroupIngress"], inner)
	message := sprintf("the security group must not let in `%s`: name a security group or a private range", [range.text])
}

deny contains template.violation("public-access/security-group", id, [range.name], message) if {
	some id, ingress in template.of_type["AWS::EC2::SecurityGroupIngress"]
	some range in open_ranges(ingress)
	not front_door(template.referenced(ingress.GroupId), ingress)
	message := sprintf("the security group must not let in `%s`: name a security group or a private range", [range.text])
}

# What an ingress rule lets in that is no private network: the property and its range.
open_ranges(ingress) := [found |
	some name in object.keys(widest_private)
	some entry in template.texts(ingress[name])
	is_wider(entry.text, widest_private[name])
	found := {"name": name, "text": entry.text}
]

widest_private := {"CidrIp": 8, "CidrIpv6": 7}

is_wider(range, bits) if {
	some fewer in numbers.range(0, bits - 1)
	endswith(range, sprintf("/%d", [fewer]))
}

front_door(group, ingress) if {
	some balancer in template.of_type["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	not balancer.Scheme == "internal"
	some carried in balancer.SecurityGroups
	template.referenced(carried) == group
	ingress.IpProtocol in {"tcp", "6", 6}
	ingress.FromPort in {80, 443, "80", "443"}
	ingress.ToPort == ingress.FromPort
}

# METADATA
# title: A database has no public address
# description: Left out, the network decides.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
deny contains template.violation("public-access/database", id, ["PubliclyAccessible"], message) if {
	some id, properties in template.of_type["AWS::RDS::DBInstance"]
	not properties.PubliclyAccessible == false
	message := "the database must have no public address: set `PubliclyAccessible` to false"
}

deny contains template.violation("public-access/database", id, ["PubliclyAccessible"], message) if {
	some id, properties in template.of_type["AWS::RDS::DBCluster"]
	properties.PubliclyAccessible != false
	message := "the database must have no public address: set `PubliclyAccessible` to false"
}

# METADATA
# title: A bucket blocks public access
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
deny contains template.violation("public-access/bucket", id, ["PublicAccessBlockConfiguration", block], message) if {
	some id, properties in template.of_type["AWS::S3::Bucket"]
	some block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
	not properties.PublicAccessBlockConfiguration[block] == true
	message := sprintf("the bucket must block public access: set `%s` to true", [block])
}

# METADATA
# title: A function is called only by whom its permission names
# description: >-
#   A service calls on behalf of any account unless the permission says for which account or from
#   which resource.
# related_resources:
# - ref: https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
deny contains template.violation("public-access/function", id, ["Principal"], message) if {
	some id, properties in template.of_type["AWS::Lambda::Permission"]
	limits := limits_of(template.text(properties.Principal))
	not limited(properties, limits)
	message := sprintf("the permission must say for whom: set one of %s", [concat(", ", [sprintf("`%s`", [limit]) | some limit in limits])])
}

limited(properties, limits) if {
	some limit in limits
	template.present(properties, limit)
}

limits_of(principal) := ["SourceArn", "SourceAccount", "PrincipalOrgID"] if template.only_wildcards(principal)

limits_of(principal) := ["SourceArn", "SourceAccount"] if contains(principal, ".amazonaws.com")

# METADATA
# title: The URL of a function asks who calls
# related_resources:
# - ref: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
deny contains template.violation("public-access/function-url", id, ["AuthType"], message) if {
	some id, properties in template.of_type["AWS::Lambda::Url"]
	not properties.AuthType == "AWS_IAM"
	message := "the URL must ask who calls: set `AuthType` to `AWS_IAM`"
}

# METADATA
# title: A route of an API asks who calls
# related_resources:
# - ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
deny contains template.violation("public-access/route", id, ["AuthorizationType"], message) if {
	some id, properties in template.of_type["AWS::ApiGatewayV2::Route"]
	not properties.AuthorizationType in {"JWT", "AWS_IAM", "CUSTOM"}
	message := "the route must ask who calls: set `AuthorizationType` to `JWT`, `AWS_IAM` or `CUSTOM`"
}

# METADATA
# title: A task has no public address
# description: Services, and what schedules and rules start.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
deny contains template.violation("public-access/task", id, array.concat(path, ["AssignPublicIp"]), message) if {
	some id, resource in template.resources
	walk(template.properties_of(resource), [path, network])
	path[count(path) - 1] in {"AwsvpcConfiguration", "AwsVpcConfiguration"}
	not network.AssignPublicIp == "DISABLED"
	message := "the task must have no public address: set `AssignPublicIp` to `DISABLED`"
}
