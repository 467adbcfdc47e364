"""The course on a Kubernetes cluster, by the zero-to-jupyterhub chart: images and values. UNTESTED on a cluster."""
