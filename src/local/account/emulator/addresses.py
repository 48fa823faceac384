"""Refuses an Elastic IP address to an instance that does not run yet; moto has the rest.

Code and words: hashicorp/terraform-provider-aws#3072.
"""

from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from refusals import refuse

plain_associate = ElasticIPAddresses.associate_address


def associate_address(self):
    instance_id = self._get_param("InstanceId")
    if instance_id is not None:
        instance = self.ec2_backend.get_instance(instance_id)
        if instance.state not in ("running", "stopped", "stopping"):
            refuse("InvalidInstanceID",
                   f"The {instance.state} instance '{instance_id}' is not in a valid state for this operation.")
    return plain_associate(self)


ElasticIPAddresses.associate_address = associate_address
