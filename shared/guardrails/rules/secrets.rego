# METADATA
# title: A template carries no secret
# description: >-
#   Templates are stored, shown and compared. What is secret stays in Secrets Manager or Parameter
#   Store, and the template names the place.
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html
package guardrails.secrets

import data.guardrails.template

# METADATA
# title: A password is a reference
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
deny contains template.violation("secrets/password", id, [name], message) if {
	some id, resource in template.resources
	properties := template.properties_of(resource)
	some name in ["MasterUserPassword", "AuthToken", "SecretString"]
	some entry in template.texts(properties[name])
	not startswith(entry.text, "{{resolve:secretsmanager:")
	not startswith(entry.text, "{{resolve:ssm-secure:")
	message := sprintf("`%s` must not be in the template: refer to a secret by `{{resolve:secretsmanager:…}}`", [name])
}
